/* files.c: 10,000 opens and closes, all numbers in use, memory full of files, names that come and
 * go while somebody looks. */
#include "attack.h"

static char buffer[64 * 1024];

static void opens(void)
{
    int fd, count = 0;
    for (int i = 0; i < 10000; i++) {
        fd = call(open, "file", O_RDWR | O_CREAT, 0644);
        check(fd > 2);
        check_is(call(close, fd), 0);
        check_is(call(close, fd), -EBADF);
    }
    while ((fd = call(open, "file", O_RDONLY)) >= 0)
        count++;
    check_is(fd, -EMFILE);
    for (int i = 0; i < count; i++)
        call(close, 3 + i);
    check_is(call(unlink, "file"), 0);
}

/* Until there is no room; the processes beside us must not notice. */
static void fill(void)
{
    int fd = call(open, "full", O_RDWR | O_CREAT, 0644);
    int written, result;
    u32 total = 0;
    char name[2] = {0, 0};
    while ((written = call(write, fd, buffer, sizeof buffer)) == sizeof buffer)
        total += (u32)written;
    check(total > 1024 * 1024);
    check_is(call(write, fd, buffer, sizeof buffer), -ENOSPC);
    for (name[0] = '0'; name[0] < '9'; name[0]++) {
        result = call(mkdir, name, 0755);
        check(result == 0 || result == -ENOSPC || result == -ENOMEM);
    }
    call(ftruncate, fd, 0);
    check_is(call(write, fd, buffer, sizeof buffer), sizeof buffer);
    call(unlink, "full");
    call(close, fd);
    for (name[0] = '0'; name[0] < '9'; name[0]++)
        call(rmdir, name);
}

/* A write that fails leaves nothing behind. */
static void bad_writes(void)
{
    for (int i = 0; i < 1000; i++) {
        int fd = call(open, "bad", O_RDWR | O_CREAT, 0644);
        check_is(call(write, fd, 16, 100), -EFAULT);
        call(close, fd);
        check_is(call(unlink, "bad"), 0);
    }
}

/* What lies behind a file's end is zeros when the file grows. */
static void behind_the_end(void)
{
    char *two = pages(2, MAP_PRIVATE);
    int fd = call(open, "end", O_RDWR | O_CREAT, 0644);
    for (int i = 0; i < PAGE_BYTES; i++)
        two[i] = 'x';
    call(munmap, two + PAGE_BYTES, PAGE_BYTES);
    call(write, fd, two + PAGE_BYTES - 8, 16); /* the second half is not there */
    call(ftruncate, fd, 0);
    check_is(call(write, fd, "y", 1), 1);
    call(write, fd, two + PAGE_BYTES - 8, 16);
    call(ftruncate, fd, 1);
    call(ftruncate, fd, 64);
    check_is(call(lseek, fd, 0, 0), 0);
    check_is(call(read, fd, buffer, 64), 64);
    for (int i = 1; i < 64; i++)
        check_is(buffer[i], 0);
    call(close, fd);
    call(unlink, "end");
    call(munmap, two, PAGE_BYTES);
    for (u32 i = 0; i < sizeof buffer; i++)
        buffer[i] = 1;
}

/* A hole of a gigabyte costs nothing, and goes. */
static void sparse(void)
{
    int fd = call(open, "sparse", O_RDWR | O_CREAT, 0644);
    check_is(call(ftruncate, fd, 0x7fffe000), 0);
    for (u32 at = 0; at < 0x70000000; at += 0x10000000) {
        check_is(call(lseek, fd, at, 0), at);
        check_is(call(write, fd, "x", 1), 1);
        check_is(call(read, fd, buffer, 2), 2);
        check_is(buffer[0], 0);
    }
    check_is(call(lseek, fd, 0x7ffffffe, 0), 0x7ffffffe);
    check_is(call(write, fd, "xy", 2), 1);
    check_is(call(ftruncate, fd, 5000), 0);
    check_is(call(ftruncate, fd, 9000), 0);
    call(close, fd);
    check_is(call(unlink, "sparse"), 0);
}

/* A directory that was removed takes no names, whichever way they come. */
static void removed_directory(void)
{
    check_is(call(mkdir, "gone", 0755), 0);
    check_is(call(mkdir, "other", 0755), 0);
    check_is(call(chdir, "gone"), 0);
    check_is(call(rmdir, "../gone"), 0);
    check_is(call(open, "file", O_RDWR | O_CREAT, 0644), -ENOENT);
    check_is(call(mkdir, "inner", 0755), -ENOENT);
    check_is(call(rename, "/tmp/attack/other", "moved"), -ENOENT);
    check_is(call(getcwd, buffer, sizeof buffer), -ENOENT);
    check_is(call(chdir, "/tmp/attack"), 0);
    check_is(call(rmdir, "other"), 0);
}

static void cycles(void)
{
    check_is(call(mkdir, "a", 0755), 0);
    check_is(call(mkdir, "a/b", 0755), 0);
    check_is(call(mkdir, "a/b/c", 0755), 0);
    check_is(call(rename, "a", "a/b/c/a"), -EINVAL);
    check_is(call(rename, "a", "a"), 0);
    check_is(call(rename, "a/b", "b"), 0);
    check_is(call(rename, "a", "b/c/a"), 0);
    check_is(call(rename, "b", "b/c/a/b"), -EINVAL);
    check_is(call(chdir, "b/c/a"), 0);
    check_is(call(rmdir, "../a"), 0);
    check_is(call(chdir, "/tmp/attack"), 0);
    check_is(call(rmdir, "b/c"), 0);
    check_is(call(rmdir, "b"), 0);
}

static void name_of(char *name, int i)
{
    name[0] = (char)('a' + i / 26);
    name[1] = (char)('a' + i % 26);
    name[2] = 0;
}

/* Every name that stays is listed once, although others go meanwhile. */
static void list_while_removing(void)
{
    static char names[256];
    char name[3];
    int fd, size, seen = 0;
    for (int i = 0; i < 200; i++) {
        name_of(name, i);
        check_is(call(close, call(open, name, O_RDWR | O_CREAT, 0644)), 0);
    }
    fd = call(open, ".", O_RDONLY);
    while ((size = call(getdents64, fd, names, sizeof names)) > 0)
        for (char *at = names; at < names + size; at += *(unsigned short *)(at + 16))
            if (at[19] != '.') {
                seen++;
                check_is(call(unlink, at + 19), 0);
            }
    check_is(size, 0);
    check_is(seen, 200);
    call(close, fd);
}

int attack(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    opens();
    bad_writes();
    behind_the_end();
    sparse();
    removed_directory();
    cycles();
    list_while_removing();
    fill();
    return 0;
}
