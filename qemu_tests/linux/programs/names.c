/* names.c: names that are dots, end in slashes, or are gone; files that are programs; lengths. */
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "say.h"

#define PAGE 4096

static struct stat found;

/* ---- Dots and slashes ---- */

static void dots(void)
{
    say("dots\n");
    TRY(mkdir("folder", 0755));
    TRY(mkdir(".", 0755));
    TRY(mkdir("..", 0755));
    TRY(mkdir("folder/.", 0755));
    TRY(mkdir("folder/..", 0755));
    TRY(mkdir("missing/.", 0755));
    TRY(symlink("target", "folder/."));
    TRY(link("file", "folder/."));
    TRY(rmdir("folder"));
}

static void slashes(void)
{
    say("slashes\n");
    TRY(mkdir("new//", 0755));
    TRY(symlink("nowhere", "dangling"));
    TRY(symlink("target", "other/"));
    TRY(mkfifo("other/", 0600));
    TRY(link("file", "other/"));
    TRY(open("other/", O_CREAT | O_RDWR, 0600));
    TRY(open("file/", O_CREAT | O_RDWR, 0600));
    TRY(open("file/x", O_CREAT | O_RDWR, 0600));
    TRY(open("dangling/", O_CREAT | O_RDWR, 0600));
    TRY(open("new/", O_CREAT | O_RDWR, 0600));
    TRY(open("new", O_RDONLY | O_TRUNC));
    TRY(open("both", O_CREAT | O_DIRECTORY, 0600));
    TRY(lstat("both", &found));
    TRY(lstat("nowhere", &found));
    TRY(rmdir("new"));
}

/* ---- A folder that is gone, and no name at all ---- */

static void gone(void)
{
    char path[64];
    say("gone\n");
    TRY(mkdir("one", 0755));
    TRY(mkdir("one/two", 0755));
    TRY(chdir("one/two"));
    TRY(rmdir("../two"));
    TRY(rmdir("../../one"));
    TRY(syscall(SYS_getcwd, path, sizeof path));
    TRY(syscall(SYS_fstatat64, AT_FDCWD, "", &found, AT_EMPTY_PATH));
    TRY(chdir(".."));
    TRY(syscall(SYS_getcwd, path, sizeof path));
    TRY(chdir(".."));
    TRY(access("file", F_OK));
}

/* ---- Times ---- */

static void times(void)
{
    const struct timespec bad[] = {{1, 1000000000}, {2, 0}}, omitted = {0, UTIME_OMIT};
    const struct timespec both[] = {omitted, omitted}, one[] = {{1, -1}, omitted};
    say("times\n");
    TRY(utimensat(AT_FDCWD, "file", bad, 0));
    TRY(utimensat(AT_FDCWD, "file", one, 0));
    TRY(utimensat(AT_FDCWD, "missing", bad, 0));
    TRY(utimensat(AT_FDCWD, "missing", both, 0));
    TRY(syscall(SYS_utimensat, AT_FDCWD, "missing", 1, 0));
}

/* ---- More than a call may do ---- */

static void lengths(void)
{
    const struct iovec two[] = {{(void *)PAGE, 0x50000000}, {(void *)PAGE, 0x50000000}};
    const struct iovec three[] = {two[0], two[1], {(void *)PAGE, 1}};
    int fd = open("/dev/null", O_RDWR);
    say("lengths\n");
    TRY(writev(fd, two, 1));
    TRY(writev(fd, two, 2));
    TRY(writev(fd, three, 3));
    TRY(readv(fd, three, 3));
    close(fd);
}

/* ---- A file that is a program ---- */

static int run(const char *path)
{
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        char *arguments[] = {(char *)path, "again", NULL};
        execv(path, arguments);
        _exit(errno);
    }
    waitpid(pid, &status, 0);
    return status;
}

static void programs(const char *self)
{
    static const char line[] = "#!./script-0\n";
    char path[] = "script-0", text[64];
    say("programs\n");
    TRY(open(self, O_WRONLY));
    TRY(open(self, O_RDONLY | O_TRUNC));
    TRY(truncate(self, 0));
    TRY(access(self, W_OK));
    int fd = open(path, O_CREAT | O_WRONLY, 0755);
    TRY(write(fd, text, (size_t)sprintf(text, "#!%s\n", self)) > 0);
    say("%#x\n", run(path));
    close(fd);
    say("%#x\n", run(path));
    for (int i = 1; i < 6; i++) {
        path[7] = (char)('0' + i);
        fd = open(path, O_CREAT | O_WRONLY, 0755);
        sprintf(text, "%s", line);
        text[11] = (char)('0' + i - 1);
        if (write(fd, text, sizeof line - 1) != sizeof line - 1)
            say("not written\n");
        close(fd);
        say("%d interpreters: %#x\n", i + 1, run(path));
    }
}

/* ---- Waiting ---- */

static void polled(void)
{
    int ends[2];
    say("polled\n");
    TRY(pipe(ends));
    struct pollfd wanted[] = {{ends[0], POLLRDNORM, 0}, {ends[1], POLLWRNORM, 0}};
    TRY(poll(wanted, 2, 0));
    TRY(write(ends[1], "x", 1));
    TRY(poll(wanted, 2, 0));
    say("events %#x %#x\n", wanted[0].revents, wanted[1].revents);
}

/* ---- Memory ---- */

static void memory(void)
{
    char *own = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    say("memory\n");
    own[0] = own[2 * PAGE] = 1;
    munmap(own + PAGE, PAGE);
    TRY(madvise(own, 3 * PAGE, MADV_DONTNEED));
    say("%d %d\n", own[0], own[2 * PAGE]);
    TRY(mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
    CHECK(mmap((void *)0x30000123, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
          (void *)0x30000000);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return 3;
    close(open("file", O_CREAT | O_WRONLY, 0644));
    dots();
    slashes();
    gone();
    times();
    lengths();
    programs(argv[0]);
    polled();
    memory();
    return 0;
}
