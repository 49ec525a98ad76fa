/* mmap.c: memory is mapped, protected, moved and given back. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"

#define PAGE 4096
#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS)
#define READ_WRITE (PROT_READ | PROT_WRITE)

/* Says how a child ends that writes or reads there. */
static void touch(const char *what, volatile char *addr, int writes)
{
    int status = 0;
    int child = fork();
    if (child == 0) {
        if (writes)
            *addr = 1;
        _exit(*addr);
    }
    waitpid(child, &status, 0);
    say("%s: status %#x\n", what, status & 0xff7f);
}

static sigjmp_buf back;

static void handler(int number)
{
    siglongjmp(back, number);
}

/* Writes here, not in a child, where the page may just have become one that both have. */
static void write_here(const char *what, volatile char *addr)
{
    if (sigsetjmp(back, 1)) {
        say("%s: signal\n", what);
        return;
    }
    *addr = 7;
    say("%s: written\n", what);
}

static void protected(void)
{
    char *page = mmap(NULL, 2 * PAGE, READ_WRITE, ANONYMOUS, -1, 0);
    signal(SIGSEGV, handler);
    memset(page, 6, 2 * PAGE);
    TRY(mprotect(page, 2 * PAGE, PROT_READ));
    write_here("protected", page);
    write_here("the page behind it", page + PAGE);
    CHECK(page[0] == 6 && page[PAGE] == 6);
    TRY(mprotect(page, PAGE, READ_WRITE));
    write_here("allowed again", page);
    write_here("the page behind it", page + PAGE);
    TRY(munmap(page, PAGE));
    write_here("given back", page);
    signal(SIGSEGV, SIG_DFL);
}

static void anonymous(void)
{
    char *block = mmap(NULL, 8 * PAGE, READ_WRITE, ANONYMOUS, -1, 0);
    CHECK(block != MAP_FAILED && (unsigned int)block % PAGE == 0 && block[8 * PAGE - 1] == 0);
    memset(block, 3, 8 * PAGE);
    touch("written in a child", block, 1);
    CHECK(block[0] == 3);
    TRY(mprotect(block + PAGE, PAGE, PROT_READ));
    touch("write to a page that can only be read", block + PAGE, 1);
    touch("read from it", block + PAGE, 0);
    TRY(mprotect(block + PAGE, PAGE, PROT_NONE));
    touch("read from a page that is closed", block + PAGE, 0);
    TRY(mprotect(block + PAGE, PAGE, READ_WRITE));
    CHECK(block[PAGE] == 3);
    TRY(munmap(block + 2 * PAGE, 2 * PAGE));
    touch("read from a hole", block + 2 * PAGE, 0);
    touch("read behind it", block + 4 * PAGE, 0);
    CHECK(mmap(block + 2 * PAGE, PAGE, READ_WRITE, ANONYMOUS | MAP_FIXED, -1, 0) ==
          block + 2 * PAGE);
    CHECK(block[2 * PAGE] == 0);
    TRY(munmap(block, 8 * PAGE));
    TRY(munmap(block, 8 * PAGE)); /* nothing there: no error */
    touch("read from what is gone", block, 0);
}

static void shared(void)
{
    char *page = mmap(NULL, PAGE, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(page != MAP_FAILED);
    touch("written in a child", page, 1);
    CHECK(page[0] == 1);
}

static void moved(void)
{
    char *block = mmap(NULL, 2 * PAGE, READ_WRITE, ANONYMOUS, -1, 0);
    block[PAGE] = 9;
    block = mremap(block, 2 * PAGE, 16 * PAGE, MREMAP_MAYMOVE);
    CHECK(block != MAP_FAILED && block[PAGE] == 9 && block[15 * PAGE] == 0);
    CHECK(mremap(block, 16 * PAGE, PAGE, 0) == block);
    touch("read from what was cut off", block + PAGE, 0);
    CHECK(mremap(block, PAGE, PAGE + 1, 0) == block); /* what is behind it is free again */
    char *full = mmap(NULL, 3 * PAGE, READ_WRITE, ANONYMOUS, -1, 0);
    full[2 * PAGE] = 4;
    TRY(mprotect(full + 2 * PAGE, PAGE, PROT_READ));
    CHECK(mremap(full, 2 * PAGE, 3 * PAGE, 0) == MAP_FAILED && errno == ENOMEM);
    CHECK(full[2 * PAGE] == 4);
}

static void of_file(void)
{
    int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);
    TRY(write(fd, "0123456789", 10));
    char *map = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    CHECK(map != MAP_FAILED && memcmp(map, "0123456789\0\0", 12) == 0);
    char *own = mmap(NULL, PAGE, READ_WRITE, MAP_PRIVATE, fd, 0);
    own[0] = 'x';
    CHECK(own[0] == 'x' && map[0] == '0');
    TRY(close(fd));
    CHECK(map[9] == '9');
    touch("write to a file's page that can only be read", map, 1);
}

static void failures(void)
{
    char *block = mmap(NULL, PAGE, READ_WRITE, ANONYMOUS, -1, 0);
    CHECK(mmap(NULL, 0, READ_WRITE, ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
    CHECK(mmap(NULL, PAGE, READ_WRITE, MAP_PRIVATE, -1, 0) == MAP_FAILED && errno == EBADF);
    CHECK(mmap(NULL, PAGE, READ_WRITE, MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
    CHECK(mmap(NULL, 0xf0000000u, READ_WRITE, ANONYMOUS, -1, 0) == MAP_FAILED && errno == ENOMEM);
    TRY(munmap(block + 1, PAGE));
    TRY(munmap(block, 0));
    TRY(mprotect(block + 1, PAGE, PROT_READ));
    TRY(mprotect((void *)0x10000, PAGE, PROT_READ));
    CHECK(mremap((void *)0x10000, PAGE, 2 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED && errno == EFAULT);
}

int main(void)
{
    anonymous();
    protected();
    shared();
    moved();
    of_file();
    failures();
    return 0;
}
