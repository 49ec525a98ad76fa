/* locks.c: who has which bytes of a file: fcntl(), flock(). */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"

static pid_t me;

static int lock(int fd, int command, short type, long start, long size)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = size};
    int result = fcntl(fd, command, &lock);
    if (result == 0 && command == F_GETLK && lock.l_type == F_UNLCK)
        say("free\n");
    else if (result == 0 && command == F_GETLK)
        say("%s from %ld, %ld bytes, %s\n", lock.l_type == F_RDLCK ? "read" : "write",
            (long)lock.l_start, (long)lock.l_len, lock.l_pid == me ? "mine" : "another's");
    return result;
}

/* What a child would meet. */
static void ask(int fd, short type, long start, long size)
{
    pid_t child = fork();
    if (child == 0) {
        lock(fd, F_GETLK, type, start, size);
        _exit(0);
    }
    waitpid(child, NULL, 0);
}

static void ranges(int fd)
{
    TRY(lock(fd, F_SETLK, F_WRLCK, 10, 10));
    ask(fd, F_RDLCK, 0, 0);
    ask(fd, F_RDLCK, 0, 10);
    ask(fd, F_RDLCK, 20, 0);
    lock(fd, F_GETLK, F_WRLCK, 0, 0);
    TRY(lock(fd, F_SETLK, F_WRLCK, 20, 10)); /* beside it: one lock */
    ask(fd, F_WRLCK, 25, 1);
    TRY(lock(fd, F_SETLK, F_UNLCK, 14, 2)); /* out of its middle */
    ask(fd, F_WRLCK, 0, 0);
    ask(fd, F_WRLCK, 14, 2);
    ask(fd, F_WRLCK, 15, 10);
    TRY(lock(fd, F_SETLK, F_RDLCK, 12, 10)); /* over its two ends */
    ask(fd, F_WRLCK, 12, 0);
    ask(fd, F_RDLCK, 12, 8);
    TRY(lock(fd, F_SETLK, F_UNLCK, 0, 0));
    ask(fd, F_WRLCK, 0, 0);
    TRY(lock(fd, F_SETLK, F_WRLCK, 5, -5));
    ask(fd, F_WRLCK, 0, 0);
    TRY(lock(fd, F_SETLK, F_WRLCK, 5, -6));
    TRY(lock(fd, F_SETLK, 7, 0, 0));
    TRY(lock(fd, F_GETLK, F_UNLCK, 0, 0));
    close(dup(fd)); /* all of the process's are gone */
    ask(fd, F_WRLCK, 0, 0);
}

static int is_deadlock(int fd, int type, int start)
{
    return lock(fd, F_SETLKW, type, start, 1) == -1 && errno == EDEADLK;
}

static void waits(int fd)
{
    int ends[2], status;
    char byte;
    if (pipe(ends) != 0)
        exit(1);
    TRY(lock(fd, F_SETLK, F_WRLCK, 0, 1));
    pid_t child = fork();
    if (child == 0) {
        TRY(lock(fd, F_SETLK, F_WRLCK, 0, 1));
        TRY(lock(fd, F_SETLK, F_WRLCK, 1, 1));
        if (write(ends[1], "x", 1) != 1)
            _exit(1);
        _exit(is_deadlock(fd, F_WRLCK, 0)); /* waits until the parent gives it up */
    }
    if (read(ends[0], &byte, 1) != 1)
        exit(1);
    int refused = is_deadlock(fd, F_RDLCK, 1);
    TRY(lock(fd, F_SETLK, F_UNLCK, 0, 0));
    waitpid(child, &status, 0);
    CHECK(refused + WEXITSTATUS(status) == 1); /* each would wait for the other: not the second */
    TRY(lock(fd, F_SETLK, F_WRLCK, 0, 2));     /* with its owner it is gone */
    close(ends[0]);
    close(ends[1]);
}

static void whole_files(int fd)
{
    int other = open("/tmp/locked", O_RDWR), reader = open("/tmp/locked", O_RDONLY);
    TRY(flock(fd, LOCK_EX));
    TRY(flock(fd, LOCK_EX));
    TRY(flock(other, LOCK_SH | LOCK_NB));
    TRY(flock(fd, LOCK_SH));
    TRY(flock(other, LOCK_SH | LOCK_NB));
    TRY(flock(other, LOCK_EX | LOCK_NB));
    TRY(flock(reader, LOCK_UN));
    int copy = dup(fd);
    close(fd);
    TRY(flock(other, LOCK_EX | LOCK_NB)); /* it is the open file's, not the number's */
    close(copy);
    TRY(flock(other, LOCK_EX | LOCK_NB));
    TRY(flock(other, 0));
    TRY(flock(other, LOCK_SH | LOCK_EX));
    TRY(flock(99, LOCK_SH));
    TRY(lock(reader, F_SETLK, F_WRLCK, 0, 0));
    TRY(lock(reader, F_SETLK, F_RDLCK, 0, 0));
    close(other);
    close(reader);
}

/* Locks of an open file, as flock() has them, that the others see. */
static void of_open_files(int fd)
{
    int other = open("/tmp/locked", O_RDWR), copy = dup(fd);
    struct flock64 range = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 3, .l_len = 4};
    TRY(syscall(SYS_fcntl64, fd, F_OFD_SETLK, &range));
    TRY(syscall(SYS_fcntl64, copy, F_OFD_SETLK, &range));
    TRY(syscall(SYS_fcntl64, other, F_OFD_SETLK, &range));
    TRY(lock(other, F_SETLK, F_RDLCK, 6, 1));
    range = (struct flock64){.l_type = F_RDLCK, .l_whence = SEEK_SET};
    TRY(syscall(SYS_fcntl64, other, F_OFD_GETLK, &range));
    say("%d from %d, %d bytes, pid %d\n", range.l_type, (int)range.l_start, (int)range.l_len,
        (int)range.l_pid);
    TRY(syscall(SYS_fcntl64, other, F_OFD_GETLK, &range)); /* a number stands in it now */
    close(copy);
    ask(fd, F_RDLCK, 0, 0);
    close(fd);
    range = (struct flock64){.l_type = F_WRLCK, .l_whence = SEEK_SET};
    TRY(syscall(SYS_fcntl64, other, F_OFD_SETLKW, &range));
    TRY(syscall(SYS_fcntl64, other, 39, &range));
    close(other);
}

int main(void)
{
    me = getpid();
    int fd = open("/tmp/locked", O_RDWR | O_CREAT | O_TRUNC, 0600);
    ranges(fd);
    waits(fd);
    whole_files(fd);
    of_open_files(open("/tmp/locked", O_RDWR));
    unlink("/tmp/locked");
    return 0;
}
