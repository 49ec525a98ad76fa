/* places.c: files that are named from a folder; their lengths, numbers and contents. */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"

#define PAGE 4096
#define RW (PROT_READ | PROT_WRITE)
#define NEW (O_CREAT | O_TRUNC | O_RDWR)

enum { NONE = 99, UTIMENSAT = 320 }; /* a number that no file has; a call by the time of 32 bits */

static int folder, file; /* places/ and places/file */
static void *volatile nowhere = (void *)1;

static void tell(int base, const char *path, int flags)
{
    struct stat found;
    if (fstatat(base, path, &found, flags) != 0)
        say("  %s: errno %d\n", path, errno);
    else
        say("  %s: mode %o, links %d, size %d\n", path, found.st_mode, (int)found.st_nlink,
            S_ISDIR(found.st_mode) ? 0 : (int)found.st_size);
}

static void here(void)
{
    char path[64] = "";
    if (!getcwd(path, sizeof path))
        say("  here: errno %d\n", errno);
    else
        say("  here: %s\n", strstr(path, "/places/") ? strstr(path, "/places/") : path);
}

/* ---- Made and found from a folder ---- */

static void make(void)
{
    say("make\n");
    umask(027);
    TRY(mkdirat(folder, "in", 0777));
    TRY(mkdirat(folder, "in", 0777));
    TRY(mkdirat(folder, "in/", 0777));
    TRY(mkdirat(folder, "none/in", 0777));
    TRY(mkdirat(folder, "file/in", 0777));
    TRY(mkdirat(folder, "", 0777));
    TRY(mkdirat(folder, nowhere, 0777));
    TRY(mkdirat(NONE, "in", 0777));
    TRY(mkdirat(file, "in", 0777));
    TRY(mkdirat(folder, "absolute", 01700));
    TRY(mkdirat(NONE, "/tmp", 0777)); /* it is not looked at */
    TRY(mkdirat(AT_FDCWD, "places/in/deep", 0555));
    tell(folder, "in", 0);
    tell(folder, "absolute", 0);
    tell(folder, "in/deep", 0);
    TRY(mknodat(folder, "fifo", S_IFIFO | 0666, 0));
    TRY(mknodat(folder, "plain", 0666, 0));
    TRY(mknodat(folder, "null", S_IFCHR | 0600, 0x103));
    TRY(mknodat(folder, "folder", S_IFDIR | 0600, 0));
    TRY(mknodat(folder, "odd", 0030000 | 0600, 0));
    TRY(mknodat(folder, "plain", S_IFREG | 0600, 0));
    tell(folder, "fifo", 0);
    tell(folder, "plain", 0);
    tell(folder, "null", 0);
    TRY(openat(folder, "none", O_RDONLY));
    TRY(openat(folder, "plain", O_RDONLY | O_DIRECTORY));
    TRY(openat(NONE, "plain", O_RDONLY));
    TRY(openat(file, "plain", O_RDONLY));
    TRY(openat(folder, "in", O_RDWR));
    umask(022);
    TRY(umask(07777));
    TRY(umask(022));
}

static void go(void)
{
    int ends[2], deep = openat(folder, "in/deep", O_RDONLY | O_DIRECTORY);
    int start = open(".", O_RDONLY | O_DIRECTORY);
    say("go\n");
    TRY(fchdir(deep));
    here();
    TRY(chdir(".."));
    here();
    TRY(fchdir(NONE));
    TRY(fchdir(file));
    TRY(pipe(ends));
    TRY(fchdir(ends[0]));
    here();
    TRY(syscall(SYS_getcwd, NULL, 0));
    TRY(syscall(SYS_getcwd, nowhere, 64));
    TRY(chdir("../../places/file"));
    TRY(chdir("../../places/none"));
    TRY(chdir(""));
    TRY(fchdir(deep));
    TRY(unlinkat(folder, "in/deep", AT_REMOVEDIR));
    here();
    TRY(mkdir("new", 0700));
    TRY(open("new", NEW, 0600));
    TRY(chdir("."));
    TRY(fchdir(folder));
    TRY(fchdir(deep));
    TRY(fchdir(start));
    close(ends[0]);
    close(ends[1]);
    close(deep);
    close(start);
}

static void name(void)
{
    char text[17] = "................";
    say("name\n");
    TRY(symlinkat("file", folder, "link"));
    TRY(symlinkat("file", folder, "link"));
    TRY(symlinkat("", folder, "empty"));
    TRY(symlinkat("file", NONE, "link"));
    TRY(readlinkat(folder, "link", text, sizeof text));
    TRY(readlinkat(folder, "link", text + 8, 2));
    say("  %.16s\n", text);
    TRY(syscall(SYS_readlinkat, folder, "link", text, 0));
    TRY(readlinkat(folder, "file", text, sizeof text));
    TRY(readlinkat(folder, "none", text, sizeof text));
    tell(folder, "link", AT_SYMLINK_NOFOLLOW);
    tell(folder, "link", 0);
    tell(folder, "", AT_EMPTY_PATH);
    tell(folder, "", 0);
    tell(folder, "link", 0x10000);
    TRY(linkat(folder, "link", folder, "hard", 0));
    TRY(linkat(folder, "link", folder, "followed", AT_SYMLINK_FOLLOW));
    TRY(linkat(folder, "file", folder, "followed", 0));
    TRY(linkat(folder, "file", folder, "flags", 0x10000));
    TRY(linkat(folder, "in", folder, "second", 0));
    TRY(linkat(folder, "none", folder, "second", 0));
    TRY(linkat(NONE, "file", folder, "second", 0));
    TRY(linkat(folder, "file", NONE, "second", 0));
    tell(folder, "hard", AT_SYMLINK_NOFOLLOW);
    tell(folder, "followed", AT_SYMLINK_NOFOLLOW);
    TRY(renameat(folder, "followed", AT_FDCWD, "places/in/moved"));
    TRY(renameat(folder, "followed", folder, "second"));
    TRY(renameat(folder, "in", folder, "in/within"));
    TRY(renameat(folder, "file", folder, "in"));
    TRY(renameat(folder, "in", folder, "file"));
    TRY(renameat(folder, "absolute", folder, "in"));
    TRY(renameat(folder, "absolute/.", folder, "other"));
    TRY(renameat(folder, "in", folder, "absolute"));
    TRY(renameat(folder, "file", folder, "new/"));
    TRY(renameat(NONE, "file", folder, "new"));
    tell(folder, "absolute/moved", 0);
    tell(folder, "absolute/..", 0);
    TRY(unlinkat(folder, "absolute", 0));
    TRY(unlinkat(folder, "absolute", AT_REMOVEDIR));
    TRY(unlinkat(folder, "file", AT_REMOVEDIR));
    TRY(unlinkat(folder, "hard", 0));
    TRY(unlinkat(folder, "hard", 0));
    TRY(unlinkat(folder, "link", 0x400));
    TRY(unlinkat(NONE, "link", 0));
    TRY(unlinkat(folder, ".", AT_REMOVEDIR));
    TRY(unlinkat(folder, "..", 0));
    TRY(unlinkat(folder, "absolute/moved", 0));
    TRY(unlinkat(folder, "absolute", AT_REMOVEDIR));
}

static void times(const char *path, int flags, int seconds, int nanoseconds)
{
    const int32_t both[4] = {0, 1073741822 /* UTIME_OMIT */, seconds, nanoseconds};
    struct stat found;
    TRY(syscall(UTIMENSAT, folder, path, both, flags));
    fstatat(folder, path ? path : "", &found, flags | (path ? 0 : AT_EMPTY_PATH));
    say("  %d\n", found.st_mtime < 100000 ? (int)found.st_mtime : -1);
}

static void marks(void)
{
    say("marks\n");
    TRY(fchmodat(folder, "file", 06751, 0));
    tell(folder, "file", 0);
    TRY(fchmodat(folder, "none", 0600, 0));
    TRY(fchmodat(NONE, "file", 0600, 0));
    TRY(fchmod(file, 02640));
    TRY(fchmod(NONE, 0600));
    TRY(fchownat(folder, "file", 1, 2, 0));
    tell(folder, "file", 0);
    TRY(fchownat(folder, "link", 3, 4, AT_SYMLINK_NOFOLLOW));
    TRY(fchownat(folder, "", -1, 5, AT_EMPTY_PATH));
    TRY(fchownat(folder, "", -1, 5, 0));
    TRY(fchownat(folder, "file", 1, 2, 1));
    TRY(fchownat(NONE, "file", 1, 2, 0));
    TRY(fchown(NONE, 1, 2));
    TRY(syscall(SYS_faccessat, folder, "file", X_OK));
    TRY(syscall(SYS_faccessat, folder, "in", R_OK | W_OK | X_OK));
    TRY(fchmod(file, 0001));
    TRY(syscall(SYS_faccessat, folder, "file", R_OK | W_OK | X_OK));
    TRY(syscall(SYS_faccessat, folder, "file", 8));
    TRY(syscall(SYS_faccessat, folder, "none", F_OK));
    TRY(syscall(SYS_faccessat, NONE, "file", F_OK));
    times("file", 0, 1000, 0);
    times("link", AT_SYMLINK_NOFOLLOW, 2000, 999999999);
    times("link", 0, 3000, 0);
    times("file", 0, 4000, 1073741822 /* UTIME_OMIT */);
    times("file", 0, 4000, 1073741823 /* UTIME_NOW */);
    times(NULL, 0, 5000, 0);
    times("file", 0, 6000, 1000000000);
    times("none", 0, 1, 0);
    times("file", 1, 1, 0);
    TRY(syscall(UTIMENSAT, folder, "file", nowhere, 0));
    TRY(syscall(UTIMENSAT, NONE, NULL, NULL, 0));
    TRY(syscall(UTIMENSAT, file, NULL, NULL, 0));
}

/* ---- Lengths ---- */

static void lengths(void)
{
    int to_read = openat(folder, "file", O_RDONLY), null = open("/dev/null", O_RDWR), ends[2];
    char text[8] = "";
    say("lengths\n");
    TRY(pipe(ends));
    TRY(write(file, "0123456789", 10));
    TRY(ftruncate(file, 4));
    TRY(ftruncate(file, 8));
    TRY(pread(file, text, 8, 0));
    say("  %.8s, %d, %d\n", text, text[4], text[7]);
    TRY(lseek(file, 0, SEEK_CUR));
    TRY(ftruncate(file, -1));
    TRY(ftruncate(to_read, 1));
    TRY(ftruncate(ends[1], 1));
    TRY(ftruncate(folder, 1));
    TRY(ftruncate(null, 1));
    TRY(ftruncate(NONE, 1));
    TRY(truncate("places/file", 3 * PAGE));
    TRY(truncate("places/file", -1));
    TRY(truncate("places", 1));
    TRY(truncate("places/fifo", 1));
    TRY(truncate("places/none", 1));
    TRY(truncate("", 1));
    TRY(fallocate(file, 0, 0, PAGE));
    tell(folder, "file", 0);
    TRY(fallocate(file, 0, 2 * PAGE, PAGE + 1));
    tell(folder, "file", 0);
    TRY(fallocate(file, 1 /* FALLOC_FL_KEEP_SIZE */, 0, 9 * PAGE));
    tell(folder, "file", 0);
    TRY(fallocate(file, 0, 0, 0));
    TRY(fallocate(file, 0, -1, 1));
    TRY(fallocate(file, 0, 1, -1));
    TRY(fallocate(file, 0x1000, 0, 1));
    TRY(fallocate(to_read, 0, 0, 1));
    TRY(fallocate(to_read, 0, 0, 0));
    TRY(fallocate(to_read, 0x1000, 0, 1));
    TRY(fallocate(ends[1], 0, 0, 1));
    TRY(fallocate(null, 0, 0, 1));
    TRY(fallocate(folder, 0, 0, 1));
    TRY(fallocate(NONE, 0, 0, 1));
    TRY(posix_fallocate(file, 0, 4 * PAGE) == 0);
    tell(folder, "file", 0);
    close(null);
    close(to_read);
    close(ends[0]);
    close(ends[1]);
}

/* ---- Read and written ---- */

static void transfers(void)
{
    char text[16] = "", more[8] = "";
    struct iovec pieces[3] = {{text, 3}, {NULL, 0}, {more, 4}};
    int ends[2];
    say("transfers\n");
    TRY(ftruncate(file, 0));
    TRY(pwrite(file, "abcdef", 6, PAGE - 3));
    TRY(pread(file, text, 8, PAGE - 4));
    say("  %d%s\n", text[0], text + 1);
    TRY(pread(file, text, 8, PAGE + 3));
    TRY(pread(file, text, 8, -1));
    TRY(pwrite(file, text, 8, -1));
    TRY(pread(NONE, text, 8, 0));
    TRY(pipe(ends));
    TRY(pread(ends[0], text, 8, 0));
    TRY(pwrite(ends[1], text, 8, 0));
    TRY(pread(ends[1], text, 8, 0));
    TRY(lseek(file, PAGE - 3, SEEK_SET));
    TRY(readv(file, pieces, 3));
    say("  %s %s\n", text, more);
    TRY(lseek(file, -5, SEEK_CUR));
    TRY(writev(file, pieces, 3));
    TRY(lseek(file, 0, SEEK_CUR));
    TRY(lseek(file, 0, SEEK_END));
    TRY(lseek(file, -PAGE - 9, SEEK_END));
    TRY(lseek(file, 3, SEEK_SET));
    TRY(lseek(file, 0, 99));
    TRY(lseek(ends[0], 0, SEEK_SET));
    TRY(syscall(SYS_readv, file, pieces, 1025));
    TRY(syscall(SYS_readv, file, pieces, -1));
    TRY(readv(NONE, pieces, 1));
    pieces[2].iov_len = -1;
    TRY(writev(file, pieces, 3));
    TRY(fsync(file));
    TRY(fsync(folder));
    TRY(fsync(ends[0]));
    TRY(fdatasync(NONE));
    TRY(read(folder, text, 1));
    TRY(write(ends[0], text, 1));
    TRY(read(ends[1], text, 1));
    close(ends[0]);
    close(ends[1]);
}

static void numbers(void)
{
    int copy = fcntl(file, F_DUPFD_CLOEXEC, 50);
    say("numbers\n");
    CHECK(copy == 50);
    TRY(fcntl(copy, F_GETFD));
    TRY(fcntl(copy, F_SETFD, 2));
    TRY(fcntl(copy, F_GETFD));
    TRY(dup3(copy, 60, O_CLOEXEC));
    TRY(fcntl(60, F_GETFD));
    TRY(dup3(copy, 60, 0));
    TRY(fcntl(60, F_GETFD));
    TRY(dup3(copy, copy, 0));
    TRY(dup3(copy, 61, O_NONBLOCK));
    TRY(dup3(NONE, 61, 0));
    TRY(dup3(copy, -1, 0));
    TRY(dup3(copy, 1 << 30, 0));
    TRY(dup2(60, 60));
    TRY(fcntl(copy, F_DUPFD, 1 << 30));
    TRY(fcntl(60, F_SETFL, O_APPEND | O_NONBLOCK | O_WRONLY | O_TRUNC));
    say("  %o\n", fcntl(copy, F_GETFL));
    TRY(lseek(copy, 0, SEEK_SET));
    TRY(write(copy, "END", 3)); /* O_APPEND belongs to the open file, not to the number */
    TRY(lseek(60, 0, SEEK_CUR));
    TRY(fcntl(60, F_SETFL, 0));
    say("  %o\n", fcntl(copy, F_GETFL));
    TRY(fcntl(60, 9999));
    TRY(close(60));
    TRY(close(60));
    TRY(close(-1));
    close(copy);
}

/* ---- Mapped ---- */

static void maps(void)
{
    char *map = mmap(NULL, 3 * PAGE, RW, MAP_SHARED, file, 0);
    char *own = mmap(NULL, 3 * PAGE, RW, MAP_PRIVATE, file, 0);
    char text[8] = "";
    int status;
    say("maps\n");
    TRY(ftruncate(file, 0));
    TRY(ftruncate(file, 3 * PAGE));
    map[PAGE] = 'm';
    CHECK(own[PAGE] == 'm'); /* not its own yet */
    own[PAGE] = 'o';
    TRY(pread(file, text, 1, PAGE));
    say("  %s\n", text);
    TRY(pwrite(file, "pw", 2, 2 * PAGE - 1));
    say("  %c%c %d%c\n", map[2 * PAGE - 1], map[2 * PAGE], own[2 * PAGE - 1], own[2 * PAGE]);
    if (fork() == 0) {
        map[0] = 'c';
        own[0] = 'c';
        _exit(own[PAGE]);
    }
    wait(&status);
    say("  %x: %c %d\n", (unsigned)status, map[0], own[0]);
    TRY(msync(map, 3 * PAGE, MS_SYNC));
    TRY(msync(map, 3 * PAGE, MS_ASYNC | MS_INVALIDATE));
    TRY(msync(map, 0, MS_SYNC));
    TRY(msync(map, PAGE, 0));
    TRY(msync(map, PAGE, MS_SYNC | MS_ASYNC));
    TRY(msync(map, PAGE, 8));
    TRY(msync(map + 1, PAGE, MS_SYNC));
    TRY(munmap(map + PAGE, PAGE));
    TRY(msync(map, 3 * PAGE, MS_SYNC));
    TRY(msync(map, PAGE, MS_SYNC));
    TRY(msync(map + PAGE, 1, MS_SYNC));
    TRY(msync(map + 2 * PAGE, PAGE, MS_SYNC));
    TRY(mprotect(map, 3 * PAGE, PROT_READ));
    TRY(mprotect(map, PAGE, PROT_READ));
    TRY(read(file, map, 1)); /* the kernel may not write there, either */
    TRY(pwrite(file, "new", 3, 0));
    say("  %.3s %d\n", map, own[0]);
    munmap(map, 3 * PAGE);
    munmap(own, 3 * PAGE);
}

int main(void)
{
    TRY(mkdir("places", 0755));
    folder = open("places", O_RDONLY | O_DIRECTORY);
    file = openat(folder, "file", NEW, 0644);
    CHECK(folder == 3 && file == 4);
    make();
    go();
    name();
    marks();
    lengths();
    transfers();
    numbers();
    maps();
    return 0;
}
