/* inodes.c: blocks, times, modes and owners of files, and calls that are half done. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include "say.h"

enum { PAGE = 4096, MIB = 1 << 20 };

static void tell(const char *path)
{
    struct stat st;
    TRY(lstat(path, &st));
    say("%s: mode %o, owner %d %d, links %d, %d blocks of %d bytes\n", path, st.st_mode,
        (int)st.st_uid, (int)st.st_gid, (int)st.st_nlink, (int)st.st_blocks,
        S_ISDIR(st.st_mode) ? 0 : (int)st.st_size);
}

static void holes(void)
{
    int fd = open("holes", O_RDWR | O_CREAT, 0644);
    tell("holes");
    TRY(ftruncate(fd, 100 * MIB));
    tell("holes");
    TRY(pwrite(fd, "x", 1, 50 * MIB));
    tell("holes");
    TRY(pwrite(fd, "xx", 2, 10 * PAGE - 1));
    tell("holes");
    TRY(ftruncate(fd, 50 * MIB));
    tell("holes");
    TRY(ftruncate(fd, 1));
    tell("holes");
    TRY(ftruncate(fd, 0));
    TRY(write(fd, "0123456789", 10));
    tell("holes");
    TRY(symlink("/somewhere", "link"));
    tell("link");
    close(fd);
}

/* What was set, long ago or far away; else -1. */
static int set_time(time_t time)
{
    return time > 9000 && time < 2000000000 ? -1 : (int)time;
}

static void tell_times(int fd)
{
    struct stat st;
    fstat(fd, &st);
    say("atime %d, mtime %d\n", set_time(st.st_atime), set_time(st.st_mtime));
}

static void times(void)
{
    struct timespec two[2] = {{1000, 0}, {2000, 0}};
    char byte;
    int fd = open("holes", O_RDWR), quiet = open("holes", O_RDONLY | O_NOATIME);
    TRY(utimensat(AT_FDCWD, "holes", two, 0));
    tell_times(fd);
    TRY(read(quiet, &byte, 1));
    tell_times(fd);
    TRY(read(fd, &byte, 1));
    tell_times(fd);
    two[0].tv_sec = 3000; /* later than the last change, and long ago */
    two[1].tv_nsec = UTIME_OMIT;
    TRY(futimens(fd, two));
    TRY(pread(fd, &byte, 1, 100));
    tell_times(fd);
    TRY(futimens(fd, two));
    TRY(write(fd, &byte, 1));
    tell_times(fd);
    two[0].tv_sec = 2100000000;
    TRY(futimens(fd, two));
    TRY(pread(fd, &byte, 1, 0));
    tell_times(fd);
    CHECK(fcntl(quiet, F_GETFL) & O_NOATIME);
    close(quiet);
    close(fd);
}

/* To the nanosecond, and by the calls that older C libraries make. */
static void fine_times(void)
{
    const struct timespec two[2] = {{-1000, 1}, {2000, 999999999}};
    const int32_t seconds[2] = {3000, -4000}, fine[4] = {5000, 6, -7000, 999999};
    const int32_t wrong[4] = {0, 0, 0, 1000000};
    struct stat st;
    TRY(utimensat(AT_FDCWD, "holes", two, 0));
    TRY(stat("holes", &st));
    say("%d.%09ld %d.%09ld\n", (int)st.st_atime, st.st_atim.tv_nsec, (int)st.st_mtime,
        st.st_mtim.tv_nsec);
    TRY(syscall(SYS_utime, "holes", seconds));
    TRY(stat("holes", &st));
    say("%d.%09ld %d.%09ld\n", (int)st.st_atime, st.st_atim.tv_nsec, (int)st.st_mtime,
        st.st_mtim.tv_nsec);
    TRY(syscall(SYS_utimes, "holes", fine));
    TRY(stat("holes", &st));
    say("%d.%09ld %d.%09ld\n", (int)st.st_atime, st.st_atim.tv_nsec, (int)st.st_mtime,
        st.st_mtim.tv_nsec);
    TRY(syscall(SYS_futimesat, AT_FDCWD, "holes", wrong));
    TRY(syscall(SYS_futimesat, AT_FDCWD, "nothing", fine));
    TRY(syscall(SYS_utime, "holes", NULL));
    int fraction = 0;
    for (int i = 0; i < 2; i++) { /* two times that follow each other are not both whole seconds */
        struct timespec then;
        stat("holes", &st);
        for (then = st.st_ctim; memcmp(&then, &st.st_ctim, sizeof then) == 0;) {
            chmod("holes", 0600);
            stat("holes", &st);
        }
        fraction |= st.st_ctim.tv_nsec != 0;
    }
    CHECK(fraction);
}

/* Places behind 2 GiB are for who opened the file with O_LARGEFILE, or by its 64-bit calls. */
static void large(void)
{
    const char byte[2] = "xy";
    struct stat64 st;
    char found[2] = "";
    int fd = open64("large", O_RDWR | O_CREAT, 0600);
    int small = (int)syscall(SYS_open, "large", O_RDWR);
    CHECK(lseek64(fd, 0x7fffffff, SEEK_SET) == 0x7fffffff);
    TRY(write(fd, byte, 2));
    TRY(syscall(SYS_lseek, fd, 0, SEEK_CUR));
    TRY(syscall(SYS_lseek, small, 0x7ffffffe, SEEK_SET));
    TRY(syscall(SYS_write, small, byte, 2));
    TRY(syscall(SYS_write, small, byte, 2));
    TRY(syscall(SYS_write, small, byte, 0));
    TRY(syscall(SYS_pwrite64, small, byte, 1, 5, 1));
    uint32_t old[16];
    TRY(syscall(SYS_fstat, fd, old));
    CHECK(syscall(SYS_open, "large", O_RDWR) >= 0); /* in memory, as on ramfs */
    CHECK(syscall(SYS_open, "large", O_RDWR | O_TRUNC) >= 0);
    TRY(ftruncate64(fd, 0x345678901));
    CHECK(pwrite64(fd, byte, 2, 0x312345678) == 2);
    CHECK(pread64(fd, found, 2, 0x312345678) == 2 && memcmp(found, byte, 2) == 0);
    TRY(fstat64(fd, &st));
    CHECK(st.st_size == 0x345678901);
    say("%d blocks\n", (int)st.st_blocks);
    CHECK(lseek64(fd, -1, SEEK_END) == 0x345678900);
    TRY(read(fd, found, 2));
    say("%d\n", found[0]);
    char *page = mmap64(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0x312345000);
    CHECK(page != MAP_FAILED && page[0x678] == 'x');
    page[0x679] = 'z';
    CHECK(pread64(fd, found, 2, 0x312345678) == 2 && found[1] == 'z');
    CHECK(pread64(fd, found, 1, 0x12345678) == 1 && found[0] == 0); /* 12 GiB before */
    TRY(ftruncate64(fd, 0x312345679));
    CHECK(page[0x678] == 'x' && page[0x679] == 0);
    TRY(syscall(SYS_truncate, "large", 100));
    TRY(fstat64(fd, &st));
    say("%d bytes, %d blocks\n", (int)st.st_size, (int)st.st_blocks);
    CHECK(ftruncate64(fd, INT64_MAX) == -1 && errno == EFBIG);
    TRY(ftruncate64(fd, -1));
    TRY(lseek64(fd, 0, SEEK_SET) != 0 || lseek64(fd, INT64_MAX, SEEK_SET) == INT64_MAX);
    close(small);
    close(fd);
}

static void modes(void)
{
    TRY(mkdir("plain", 07755));
    tell("plain");
    TRY(mkdir("group", 0755));
    TRY(chown("group", 7, 50));
    TRY(chmod("group", 02755));
    close(open("group/file", O_CREAT | O_RDWR, 06755));
    tell("group/file");
    TRY(mkdir("group/folder", 0755));
    tell("group/folder");
    TRY(mkfifo("group/fifo", 0644));
    tell("group/fifo");
    TRY(symlink("x", "group/link"));
    tell("group/link");
    TRY(chown("group/file", -1, 60));
    tell("group/file");
    int fd = open("bits", O_CREAT | O_RDWR, 0755);
    TRY(fchmod(fd, 06755));
    TRY(write(fd, "x", 1));
    tell("bits");
    TRY(fchmod(fd, 06755));
    TRY(ftruncate(fd, 0));
    tell("bits");
    TRY(fchmod(fd, 06644));
    TRY(fchown(fd, 1, 1));
    tell("bits");
    close(fd);
}

/* Of two pages the second is not there. */
static void half(void)
{
    char *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *end = page + PAGE;
    int ends[2], fd = open("half", O_CREAT | O_RDWR | O_TRUNC, 0644);
    munmap(end, PAGE);
    memset(page, 'a', PAGE);
    TRY(write(fd, end - 96, 200));
    TRY(write(fd, end, 1));
    TRY(lseek(fd, 0, SEEK_CUR));
    TRY(pread(fd, end - 10, 50, 0));
    TRY(pread(fd, end, 50, 0));
    struct iovec pieces[] = {{page, 10}, {end, 10}, {page, 10}};
    TRY(writev(fd, pieces, 3));
    TRY(lseek(fd, 0, SEEK_CUR));
    pieces[0].iov_base = end;
    TRY(writev(fd, pieces, 3));
    TRY(pipe(ends));
    TRY(write(ends[1], end - 20, 30));
    TRY(fcntl(ends[0], F_SETFL, O_NONBLOCK));
    TRY(read(ends[0], page, 100));
    TRY(write(ends[1], page, 60));
    TRY(read(ends[0], end - 20, 40));
    TRY(read(ends[0], page, 100));
    int zero = open("/dev/zero", O_RDONLY);
    TRY(read(zero, end - 100, 200));
    TRY(read(zero, end, 200));
    close(fd);
}

int main(void)
{
    char folder[] = "/tmp/inodes-XXXXXX";
    TRY(chdir(mkdtemp(folder)));
    umask(0);
    holes();
    times();
    fine_times();
    large();
    modes();
    half();
    return 0;
}
