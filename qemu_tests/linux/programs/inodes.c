/* inodes.c: blocks, times, modes and owners of files, and calls that are half done. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
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
    modes();
    half();
    return 0;
}
