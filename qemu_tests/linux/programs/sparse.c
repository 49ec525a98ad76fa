/* sparse.c: memory that is asked for and not used, and memory that is somewhere already. */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

enum {
    PAGE = 4096,
    LARGE = 512 << 20,
    RW = PROT_READ | PROT_WRITE,
    ANY = MAP_PRIVATE | MAP_ANONYMOUS
};

/* The errno of mmap(), or 0; what it gave is given back. */
static int error_of(void *at, size_t size, int prot, int flags, int fd)
{
    errno = 0;
    void *made = mmap(at, size, prot, flags, fd, 0);
    if (made == MAP_FAILED)
        return errno;
    munmap(made, size);
    return 0;
}

static void large(void)
{
    TRY(error_of(NULL, LARGE, RW, ANY | MAP_NORESERVE, -1));
    TRY(error_of(NULL, LARGE, PROT_NONE, ANY, -1));
    TRY(error_of(NULL, LARGE, PROT_READ, ANY, -1));
    TRY(error_of(NULL, LARGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1));
    int fd = open("/tmp/large", O_RDWR | O_CREAT | O_TRUNC, 0644);
    TRY(ftruncate(fd, LARGE));
    uint8_t *memory = mmap(NULL, LARGE, RW, MAP_SHARED, fd, 0);
    CHECK(memory != MAP_FAILED);
    memory[LARGE - 1] = 7;
    uint8_t byte = 0;
    TRY(pread(fd, &byte, 1, LARGE - 1));
    say("%d\n", byte);
    TRY(munmap(memory, LARGE));
    TRY(error_of(NULL, LARGE, RW, MAP_PRIVATE | MAP_NORESERVE, fd));
    TRY(error_of(NULL, LARGE, PROT_READ, MAP_PRIVATE, fd));
    close(fd);
    unlink("/tmp/large");
}

static void fixed(void)
{
    uint8_t *page = mmap(NULL, 3 * PAGE, RW, ANY, -1, 0);
    page[0] = 1;
    munmap(page + PAGE, PAGE);
    const int flags = ANY | MAP_FIXED_NOREPLACE;
    TRY(error_of(page, PAGE, PROT_READ, flags, -1));
    TRY(error_of(page, 2 * PAGE, PROT_READ, flags, -1));
    TRY(error_of(page + PAGE, 2 * PAGE, PROT_READ, flags, -1));
    TRY(error_of(page + PAGE, PAGE, PROT_READ, flags, -1));
    TRY(error_of(page + PAGE + 1, PAGE, PROT_READ, flags, -1));
    TRY(error_of(page + PAGE, 0, PROT_READ, flags, -1));
    TRY(error_of((void *)0xc0000000, PAGE, PROT_READ, flags, -1));
    say("%d\n", page[0]);
    CHECK(mmap(page, PAGE, RW, flags | MAP_FIXED, -1, 0) == MAP_FAILED && errno == EEXIST);
}

static void shared(void)
{
    uint8_t *first = mmap(NULL, 2 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    first[PAGE] = 5;
    uint8_t *second = mremap(first, 0, 2 * PAGE, MREMAP_MAYMOVE);
    CHECK(second != MAP_FAILED && second != first);
    if (second != MAP_FAILED) {
        second[0] = 6;
        say("%d %d\n", first[0], second[PAGE]);
        pid_t child = fork();
        if (child == 0) {
            first[1] = 9;
            _exit(0);
        }
        waitpid(child, NULL, 0);
        say("%d\n", second[1]);
        TRY(munmap(first, 2 * PAGE));
        say("%d\n", second[0]);
        uint8_t *third = mremap(second + PAGE, 0, PAGE, MREMAP_MAYMOVE);
        CHECK(third != MAP_FAILED && third[0] == 5);
    }
    CHECK(mremap(second, 0, PAGE, 0) == MAP_FAILED);
    say("%d\n", errno);
    uint8_t *own = mmap(NULL, PAGE, RW, ANY, -1, 0);
    CHECK(mremap(own, 0, PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
    say("%d\n", errno);
    CHECK(mremap(own, PAGE, 0, MREMAP_MAYMOVE) == MAP_FAILED);
    say("%d\n", errno);
    int fd = open("/tmp/pages", O_RDWR | O_CREAT | O_TRUNC, 0644);
    TRY(ftruncate(fd, 2 * PAGE));
    uint8_t *file = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
    file[PAGE] = 3;
    uint8_t *again = mremap(file + PAGE, 0, PAGE, MREMAP_MAYMOVE);
    CHECK(again != MAP_FAILED && again[0] == 3);
    uint8_t *place = mmap(NULL, PAGE, RW, ANY, -1, 0);
    CHECK(mremap(file, 0, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place) == place);
    file[0] = 8;
    say("%d\n", place[0]);
    close(fd);
}

/* A file that runs is busy, one that is mapped with PROT_EXEC is not. */
static void busy(void)
{
    int fd = open("/tmp/code", O_RDWR | O_CREAT | O_TRUNC, 0755);
    TRY(ftruncate(fd, PAGE));
    void *code = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    CHECK(code != MAP_FAILED);
    int again = open("/tmp/code", O_WRONLY);
    CHECK(again >= 0);
    TRY(write(again, "x", 1));
    TRY(truncate("/tmp/code", 10));
    char *argv[] = {"code", NULL};
    TRY(execve("/tmp/code", argv, argv + 1));
    close(again);
    close(fd);
    TRY(munmap(code, PAGE));
    TRY(execve("/tmp/code", argv, argv + 1));
}

int main(void)
{
    large();
    fixed();
    shared();
    busy();
    return 0;
}
