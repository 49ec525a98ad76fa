/* lesser.c: calls that few programs make, and that should not fail: advice, names, room. */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"

#define PAGE 4096
#define RW (PROT_READ | PROT_WRITE)
#define SEEK_DATA_ 3 /* not every C library names them */
#define SEEK_HOLE_ 4

/* As Free Pascal maps: the arguments lie in memory. */
static long old_mmap(uint32_t size, uint32_t flags, int fd, uint32_t offset)
{
    const uint32_t arguments[] = {0, size, PROT_READ, flags, (uint32_t)fd, offset};
    return syscall(SYS_mmap, arguments);
}

static void maps(int fd)
{
    const char *zeros = (char *)old_mmap(PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const char *second = (char *)old_mmap(PAGE, MAP_PRIVATE, fd, PAGE);
    say("maps\n");
    CHECK(zeros[PAGE - 1] == 0);
    say("%.6s\n", second);
    TRY(old_mmap(PAGE, MAP_PRIVATE, fd, 1));
    TRY(old_mmap(0, MAP_PRIVATE, fd, 0));
    TRY(syscall(SYS_mmap, 1));
}

static void advice(int fd)
{
    char *own = mmap(NULL, 4 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *of_file = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);
    say("advice\n");
    memset(own, 'x', 3 * PAGE);
    of_file[PAGE] = 'S';
    TRY(madvise(own + PAGE, PAGE, MADV_DONTNEED));
    say("%d %d %d\n", own[PAGE - 1], own[PAGE], own[2 * PAGE]);
    TRY(madvise(of_file, 2 * PAGE, MADV_DONTNEED));
    say("%.6s\n", of_file + PAGE);
    TRY(madvise(own, PAGE, MADV_WILLNEED));
    TRY(madvise(own, 0, MADV_DONTNEED));
    TRY(madvise(own + 1, PAGE, MADV_DONTNEED));
    TRY(madvise(own, PAGE, 5));
    TRY(madvise(own, PAGE, 77));
    munmap(own + PAGE, PAGE);
    TRY(madvise(own, 3 * PAGE, MADV_DONTNEED));
    sync();
}

static void places(int fd)
{
    say("places\n");
    TRY(lseek(fd, 5, SEEK_DATA_));
    TRY(lseek(fd, 5, SEEK_HOLE_) == lseek(fd, 0, SEEK_END));
    TRY(lseek(fd, 0, SEEK_CUR) == lseek(fd, 0, SEEK_END));
    TRY(lseek(fd, 1 << 20, SEEK_DATA_));
    TRY(lseek(fd, -1, SEEK_HOLE_));
}

static void room(int fd)
{
    struct statvfs found;
    say("room\n");
    TRY(statvfs("/", &found));
    CHECK(found.f_blocks > 0 && found.f_bfree <= found.f_blocks && found.f_namemax == 255);
    TRY(fstatvfs(fd, &found));
    TRY(statvfs("/nothing", &found));
    TRY(fstatvfs(77, &found));
    TRY(syscall(SYS_statfs64, "/", 1, &found));
}

static void names(void)
{
    char name[16] = "";
    say("names\n");
    TRY(prctl(PR_SET_NAME, "one that is too long"));
    TRY(prctl(PR_GET_NAME, name));
    say("%s\n", name);
    TRY(pthread_setname_np(pthread_self(), "short"));
    TRY(prctl(PR_GET_NAME, name));
    say("%s\n", name);
    TRY(prctl(PR_SET_NAME, 1));
    TRY(prctl(9999));
}

static void tell_properties(void)
{
    int signal = 99, takes = 99;
    TRY(prctl(PR_GET_PDEATHSIG, &signal));
    TRY(prctl(PR_GET_CHILD_SUBREAPER, &takes));
    say("%d %d %ld %ld %ld\n", signal, takes != 0, (long)prctl(PR_GET_DUMPABLE, 0, 0, 0, 0),
        (long)prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0), (long)prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
}

/* Whose parent is gone comes to the next above that takes orphans, and may have wanted a signal. */
static void become_orphan(pid_t taker, int end)
{
    int signal;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    prctl(PR_SET_PDEATHSIG, SIGUSR1);
    tell_properties();
    if (write(end, "x", 1) != 1 || sigwait(&set, &signal) != 0)
        _exit(9);
    _exit(getppid() == taker ? 7 : 8);
}

static void orphans(void)
{
    pid_t me = getpid();
    int ends[2], status;
    char byte;
    if (pipe(ends) != 0)
        exit(1);
    if (fork() == 0) {
        if (fork() == 0)
            become_orphan(me, ends[1]);
        _exit(read(ends[0], &byte, 1) == 1 ? 3 : 4);
    }
    for (int i = 0; i < 2; i++) {
        CHECK(wait(&status) > 0);
        say("ended with %d\n", WEXITSTATUS(status));
    }
    TRY(wait(&status));
}

static void properties(void)
{
    say("properties\n");
    tell_properties();
    TRY(prctl(PR_SET_PDEATHSIG, 65));
    TRY(prctl(PR_SET_PDEATHSIG, 64));
    TRY(prctl(PR_SET_DUMPABLE, 2, 0, 0, 0));
    TRY(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
    TRY(prctl(PR_SET_KEEPCAPS, 2, 0, 0, 0));
    TRY(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
    TRY(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
    TRY(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    TRY(prctl(PR_SET_CHILD_SUBREAPER, 5));
    TRY(prctl(PR_GET_CHILD_SUBREAPER, 1));
    tell_properties();
    orphans();
}

static void shares(void)
{
    cpu_set_t cpus;
    say("shares\n");
    CPU_ZERO(&cpus);
    TRY(sched_setaffinity(0, sizeof cpus, &cpus));
    CPU_SET(0, &cpus);
    TRY(sched_setaffinity(0, sizeof cpus, &cpus));
    TRY(sched_setaffinity(9999, sizeof cpus, &cpus));
}

static void users(void)
{
    uid_t ids[3] = {1, 2, 3};
    say("users\n");
    TRY(getresuid(&ids[0], &ids[1], &ids[2]));
    say("%d %d %d\n", (int)ids[0], (int)ids[1], (int)ids[2]);
    TRY(getresgid(&ids[0], &ids[1], &ids[2]));
    TRY(setresuid(0, 0, 0));
    TRY(setresgid(0, 0, 0));
    TRY(setreuid(0, 0));
    TRY(setregid(0, 0));
    TRY(seteuid(0));
    TRY(setegid(0));
    TRY(syscall(SYS_setgroups32, 0, NULL));
}

int main(void)
{
    int fd = open("file", O_CREAT | O_RDWR, 0600);
    char page[PAGE] = "first";
    TRY(write(fd, page, PAGE));
    TRY(write(fd, "second page", 11));
    maps(fd);
    advice(fd);
    places(fd);
    room(fd);
    names();
    properties();
    shares();
    users();
    return 0;
}
