/* later.c: calls that programs came to need later: about files, memory and children. */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"

enum { STATX = 383, COPY = 377, SENDFILE = 187, SENDFILE64 = 239, RENAME = 353, ACCESS = 439 };
enum { CLOSE_RANGE = 436, MEMFD = 356, MEMBARRIER = 375, MLOCK2 = 376, GETCPU = 318 };

static void *volatile nowhere = (void *)1;
static char data[70000];

static int file_with(const char *path, const char *text)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0640);
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        exit(1);
    return fd;
}

static void show(int fd)
{
    char text[64] = "";
    ssize_t size = pread(fd, text, sizeof text - 1, 0);
    say("\"%.*s\", at %d\n", (int)(size > 0 ? size : 0), text, (int)lseek(fd, 0, SEEK_CUR));
}

static void known(void)
{
    uint32_t words[64] = {0};
    int fd = file_with("/tmp/a", "hello");
    TRY(syscall(STATX, AT_FDCWD, "/tmp/a", 0, 0x7ff, words));
    say("mode %o, %u bytes, links %u\n", words[7] & 0xffff, words[10], words[4]);
    CHECK((words[0] & 0x7ff) == 0x7ff);
    TRY(syscall(STATX, fd, "", AT_EMPTY_PATH, 0x7ff, words));
    TRY(syscall(STATX, AT_FDCWD, "/dev/null", 0, 0x7ff, words));
    say("device %u, %u\n", words[32], words[33]);
    TRY(syscall(STATX, AT_FDCWD, "/tmp/nothing", 0, 0x7ff, words));
    TRY(syscall(STATX, AT_FDCWD, "/tmp/a", 0x6000, 0x7ff, words));
    TRY(syscall(STATX, AT_FDCWD, "/tmp/a", 1, 0x7ff, words));
    TRY(syscall(STATX, AT_FDCWD, "/tmp/a", 0, 0x80000000, words));
    TRY(syscall(STATX, AT_FDCWD, "/tmp/a", 0, 0x7ff, nowhere));
    TRY(syscall(ACCESS, AT_FDCWD, "/tmp/a", R_OK, 0));
    TRY(syscall(ACCESS, AT_FDCWD, "/tmp/a", X_OK, AT_EACCESS));
    TRY(syscall(ACCESS, AT_FDCWD, "/tmp/a", R_OK, 1));
    TRY(syscall(ACCESS, fd, "", R_OK, AT_EMPTY_PATH));
    close(fd);
}

static void copies(void)
{
    int from = file_with("/tmp/a", "hello, world"), to = file_with("/tmp/b", ""), ends[2];
    int32_t start = 7;
    int64_t start64 = 1, to64 = 20;
    TRY(syscall(SENDFILE, to, from, &start, 100));
    say("%d\n", start);
    show(to);
    TRY(syscall(SENDFILE64, to, from, &start64, 4));
    say("%d\n", (int)start64);
    TRY(syscall(SENDFILE64, to, from, NULL, 4)); /* it is at its end */
    lseek(from, 0, SEEK_SET);
    TRY(syscall(SENDFILE64, to, from, NULL, 5));
    show(to);
    show(from);
    TRY(syscall(SENDFILE64, from, to, nowhere, 5));
    TRY(syscall(SENDFILE64, 99, from, NULL, 5));
    if (pipe(ends) != 0)
        exit(1);
    TRY(syscall(SENDFILE64, to, ends[0], NULL, 5));
    TRY(syscall(SENDFILE64, ends[1], from, NULL, 3));
    TRY(syscall(COPY, from, NULL, to, NULL, 100, 0));
    start64 = 0;
    TRY(syscall(COPY, from, &start64, to, &to64, 5, 0));
    say("%d, %d\n", (int)start64, (int)to64);
    show(to);
    TRY(syscall(COPY, from, &start64, from, &to64, 100, 0));
    TRY(syscall(COPY, from, NULL, ends[1], NULL, 5, 0));
    TRY(syscall(COPY, from, NULL, to, NULL, 5, 1));
    TRY(syscall(COPY, from, NULL, 99, NULL, 5, 0));
    memset(data, 'x', sizeof data);
    if (pwrite(from, data, sizeof data, 0) != sizeof data)
        exit(1);
    start64 = 100;
    if (ftruncate(to, 0) != 0)
        exit(1);
    TRY(syscall(SENDFILE64, to, from, &start64, sizeof data));
    CHECK(lseek(to, 0, SEEK_END) > (off_t)sizeof data - 200);
    close(from);
    close(to);
    close(ends[0]);
    close(ends[1]);
}

static void names(void)
{
    struct stat a, b;
    close(file_with("/tmp/a", "a"));
    close(file_with("/tmp/b", "b"));
    stat("/tmp/a", &a);
    TRY(syscall(RENAME, AT_FDCWD, "/tmp/a", AT_FDCWD, "/tmp/b", 1));
    TRY(syscall(RENAME, AT_FDCWD, "/tmp/a", AT_FDCWD, "/tmp/b", 2));
    stat("/tmp/b", &b);
    CHECK(a.st_ino == b.st_ino && access("/tmp/a", F_OK) == 0);
    TRY(syscall(RENAME, AT_FDCWD, "/tmp/a", AT_FDCWD, "/tmp/c", 2));
    TRY(syscall(RENAME, AT_FDCWD, "/tmp/a", AT_FDCWD, "/tmp/c", 1));
    TRY(syscall(RENAME, AT_FDCWD, "/tmp/c", AT_FDCWD, "/tmp/b", 3));
    TRY(syscall(RENAME, AT_FDCWD, "/tmp/c", AT_FDCWD, "/tmp/b", 8));
    mkdir("/tmp/d", 0755);
    mkdir("/tmp/d/e", 0755);
    TRY(syscall(RENAME, AT_FDCWD, "/tmp/d", AT_FDCWD, "/tmp/c", 2));
    TRY(access("/tmp/c/e", F_OK));
    TRY(syscall(RENAME, AT_FDCWD, "/tmp/c", AT_FDCWD, "/tmp/c/e", 2));
    TRY(syscall(RENAME, AT_FDCWD, "/tmp/c/e", AT_FDCWD, "/tmp/c", 2));
    rmdir("/tmp/c/e");
    rmdir("/tmp/c");
    unlink("/tmp/d");
    unlink("/tmp/b");
}

static void descriptors(void)
{
    for (int fd = 50; fd < 60; fd += 3)
        dup2(1, fd);
    TRY(syscall(CLOSE_RANGE, 50, 53, 4));
    TRY(fcntl(53, F_GETFD));
    TRY(syscall(CLOSE_RANGE, 50, 55, 0));
    TRY(fcntl(53, F_GETFD));
    TRY(fcntl(56, F_GETFD));
    TRY(syscall(CLOSE_RANGE, 56, -1, 2));
    TRY(fcntl(59, F_GETFD));
    TRY(syscall(CLOSE_RANGE, 5, 4, 0));
    TRY(syscall(CLOSE_RANGE, 5, 6, 8));
    int fd = (int)syscall(MEMFD, "name", 1);
    CHECK(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
    TRY(write(fd, "abc", 3));
    show(fd);
    close(fd);
    TRY(syscall(MEMFD, nowhere, 0));
    TRY(syscall(MEMFD, "name", 0x100));
    TRY(syscall(MEMFD, memset(data, 'n', 300), 0));
    fd = file_with("/tmp/a", "0123456789");
    struct iovec parts[2] = {{data, 2}, {data + 100, 3}};
    TRY(preadv(fd, parts, 2, 4));
    say("%.2s %.3s\n", data, data + 100);
    TRY(pwritev(fd, parts, 2, 0));
    show(fd);
    TRY(preadv(fd, parts, 2, 100));
    TRY(syscall(SYS_preadv, fd, parts, -1, 0, 0));
    TRY(syscall(SYS_preadv, fd, parts, 2, 0, -1));
    TRY(syscall(SYS_preadv, 0, nowhere, 2, 0, 0) == -1);
    TRY(syscall(SYS_fadvise64_64, fd, 0, 0, 0, 0, 0));
    TRY(syscall(SYS_fadvise64_64, fd, 0, 0, 0, 0, 9));
    TRY(syscall(SYS_fadvise64, 99, 0, 0, 0, 0));
    TRY(syscall(SYS_readahead, fd, 0, 0, 10));
    TRY(syscall(SYS_syncfs, fd));
    close(fd);
}

static void memory(void)
{
    unsigned char there[4] = {9, 9, 9, 9};
    char *pages = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pages[4096] = 1;
    TRY(mincore(pages, 3 * 4096, there));
    say("%d %d %d %d\n", there[0], there[1], there[2], there[3]);
    TRY(mincore(pages + 1, 4096, there));
    TRY(mincore(pages, 4096, nowhere));
    TRY(mlock(pages, 4096));
    TRY(munlock(pages, 4096));
    TRY(syscall(MLOCK2, pages, 4096, 1));
    TRY(syscall(MLOCK2, pages, 4096, 2));
    munmap(pages + 4096, 4096);
    TRY(mlock(pages, 3 * 4096));
    TRY(mincore(pages, 3 * 4096, there));
    TRY(mlockall(MCL_CURRENT));
    TRY(mlockall(0));
    TRY(mlockall(4));
    TRY(munlockall());
    TRY(syscall(SYS_personality, -1));
    unsigned cpu = 99, node = 99;
    TRY(syscall(GETCPU, &cpu, &node, NULL));
    CHECK(cpu < 4 && node == 0);
    TRY(syscall(GETCPU, nowhere, NULL, NULL));
    CHECK(syscall(MEMBARRIER, 0, 0, 0) >= 0);
    TRY(syscall(MEMBARRIER, 1, 0, 0));
    TRY(syscall(MEMBARRIER, 0, 8, 0));
    TRY(syscall(MEMBARRIER, 3, 0, 0));
}

static void children(void)
{
    siginfo_t info;
    pid_t child = fork();
    if (child == 0)
        _exit(7);
    memset(&info, 0, sizeof info);
    TRY(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) == 0);
    say("signal %d, code %d, status %d\n", info.si_signo, info.si_code, info.si_status);
    CHECK(info.si_pid == child);
    TRY(waitid(P_ALL, 0, &info, WEXITED));
    TRY(waitid(P_ALL, 0, &info, WEXITED));
    child = fork();
    while (child == 0)
        pause();
    memset(&info, 7, sizeof info);
    TRY(waitid(P_ALL, 0, &info, WEXITED | WNOHANG));
    say("signal %d, pid %d\n", info.si_signo, info.si_pid);
    kill(child, SIGSTOP);
    TRY(waitid(P_PGID, 0, &info, WSTOPPED));
    say("code %d, status %d\n", info.si_code, info.si_status);
    kill(child, SIGCONT);
    TRY(waitid(P_ALL, 0, &info, WCONTINUED));
    say("code %d, status %d\n", info.si_code, info.si_status);
    kill(child, SIGTERM);
    TRY(waitid(P_ALL, 0, &info, WEXITED));
    say("code %d, status %d\n", info.si_code, info.si_status);
    TRY(waitid(P_ALL, 0, &info, 0));
    TRY(waitid((idtype_t)9, 0, &info, WEXITED));
    TRY(waitid(P_PID, 0, &info, WEXITED));
}

static void roots(void)
{
    char where[64];
    mkdir("/tmp/root", 0755);
    mkdir("/tmp/root/in", 0755);
    close(file_with("/tmp/root/in/file", "x"));
    TRY(chroot("/tmp/nothing"));
    TRY(chroot("/tmp/root/in/file"));
    if (fork() == 0) {
        TRY(chdir("/tmp/root"));
        TRY(chroot("."));
        TRY(access("/in/file", F_OK));
        TRY(access("/../../in/file", F_OK));
        TRY(access("/tmp", F_OK));
        TRY(chdir("in"));
        say("%s\n", getcwd(where, sizeof where));
        TRY(symlink("/in/file", "/link"));
        TRY(access("/link", F_OK));
        _exit(0);
    }
    wait(NULL);
    TRY(access("/tmp/root/link", F_OK));
    unlink("/tmp/root/link");
    unlink("/tmp/root/in/file");
    rmdir("/tmp/root/in");
    rmdir("/tmp/root");
}

static void ports(void)
{
    unsigned char value = 0;
    TRY(syscall(SYS_iopl, 3));
    __asm__ volatile("outb %0, $0x80" : : "a"(value));
    TRY(syscall(SYS_iopl, 0));
    TRY(syscall(SYS_iopl, 4));
    pid_t child = fork();
    if (child == 0) {
        __asm__ volatile("outb %0, $0x80" : : "a"(value));
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

int main(void)
{
    known();
    copies();
    names();
    descriptors();
    memory();
    children();
    roots();
    ports();
    unlink("/tmp/a");
    unlink("/tmp/b");
    return 0;
}
