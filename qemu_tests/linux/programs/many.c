/* many.c: many mappings, changes of a file, and children, each against what must come of it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"

#define PAGE 4096
#define PAGES 300
#define BYTES (3 * PAGE)
#define CHILDREN 50

static uint32_t state = 12345;

/* Numbers that look random, and are the same everywhere. */
static unsigned below(unsigned limit)
{
    state = state * 1664525 + 1013904223;
    return (state >> 8) % limit;
}

/* ---- Mappings ---- */

static unsigned char there[PAGES], value[PAGES];
static char *region;

static void map_some(unsigned first, unsigned count, int protection)
{
    mmap(region + first * PAGE, count * PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
         -1, 0);
    memset(there + first, 1, count);
    memset(value + first, 0, count);
    for (unsigned i = first; i < first + count && protection & PROT_WRITE; i++)
        region[i * PAGE] = (char)(value[i] = (unsigned char)below(256));
}

/* Where nobody said, it may be anywhere but where something is. */
static int map_anywhere(unsigned count)
{
    char *map =
        mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int bad = 0;
    for (unsigned i = 0; i < count; i++) {
        uintptr_t page = ((uintptr_t)map - (uintptr_t)region) / PAGE + i;
        bad |= map[i * PAGE] != 0 || (page < PAGES && there[page]);
    }
    munmap(map, count * PAGE);
    return bad;
}

static int wrong_pages(void)
{
    int wrong = 0;
    for (unsigned i = 0; i < PAGES; i++) {
        int is_there = msync(region + i * PAGE, PAGE, MS_ASYNC) == 0;
        wrong += is_there != there[i] || (is_there && (unsigned char)region[i * PAGE] != value[i]);
    }
    return wrong;
}

static void mappings(void)
{
    int wrong = 0, overlaps = 0;
    region = mmap(NULL, PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(region, PAGES * PAGE);
    for (int round = 0; round < 1000; round++) {
        unsigned first = below(PAGES), count = 1 + below(PAGES - first < 8 ? PAGES - first : 8);
        switch (below(5)) {
        case 0:
        case 1:
            map_some(first, count, below(2) ? PROT_READ : PROT_READ | PROT_WRITE);
            break;
        case 2:
            munmap(region + first * PAGE, count * PAGE);
            memset(there + first, 0, count);
            break;
        case 3:
            mprotect(region + first * PAGE, count * PAGE, PROT_READ);
            break;
        default:
            overlaps += map_anywhere(count);
        }
        if (round % 100 == 0)
            wrong += wrong_pages();
    }
    CHECK(wrong == 0);
    CHECK(overlaps == 0);
    int status = 1;
    if (fork() == 0)
        _exit(wrong_pages() != 0);
    wait(&status);
    CHECK(status == 0);
    munmap(region, PAGES * PAGE);
    memset(there, 0, sizeof there);
    CHECK(wrong_pages() == 0);
}

/* ---- A file ---- */

static unsigned char model[BYTES], seen[BYTES];
static unsigned size;

/* Near the sizes at which a file may be kept in another way. */
static unsigned some_size(void)
{
    static const unsigned near[] = {0, 32, 64, 128, 256, 512, 1024, PAGE, 2 * PAGE};
    unsigned around = near[below(sizeof near / sizeof near[0])] + below(9);
    return around > 4 ? around - 4 : 0;
}

static int step(int file)
{
    unsigned at = some_size(), count = some_size();
    struct stat found;
    if (below(4) == 0) {
        at = below(3) ? at : 0;
        if (at > size)
            memset(model + size, 0, at - size);
        size = at;
        if (ftruncate(file, (off_t)size) != 0)
            return 1;
    } else if (at + count <= BYTES && count) {
        memset(seen, (int)below(256), count);
        if (pwrite(file, seen, count, (off_t)at) != (ssize_t)count)
            return 1;
        if (at > size)
            memset(model + size, 0, at - size);
        memcpy(model + at, seen, count);
        size = at + count > size ? at + count : size;
    }
    memset(seen, 'x', sizeof seen);
    return fstat(file, &found) != 0 || found.st_size != (off_t)size ||
           pread(file, seen, BYTES, 0) != (ssize_t)size || memcmp(seen, model, size) != 0;
}

static void changes(void)
{
    int file = open("many.data", O_CREAT | O_RDWR | O_TRUNC, 0600), wrong = 0, mapped = 0;
    for (int round = 0; round < 1000; round++) {
        wrong += step(file);
        if (size && round % 50 == 0) {
            char *map = mmap(NULL, size, PROT_READ, MAP_SHARED, file, 0);
            mapped += memcmp(map, model, size) != 0;
            munmap(map, size);
        }
    }
    CHECK(wrong == 0);
    CHECK(mapped == 0);
    close(file);
    unlink("many.data");
}

/* ---- Children ---- */

static void start(pid_t *child, int *end)
{
    char byte;
    for (int i = 0; i < CHILDREN; i++) {
        child[i] = fork();
        if (child[i] == 0) {
            close(end[1]);
            read(end[0], &byte, 1); /* until all have been started */
            _exit(i);
        }
    }
}

static void children(void)
{
    pid_t child[CHILDREN];
    int end[2], wrong = 0, order = 0, status;
    pipe(end);
    start(child, end);
    for (int i = 0; i < CHILDREN; i++)
        wrong += kill(child[i], 0) != 0;
    close(end[1]);
    for (int i = 0; i < CHILDREN; i++) {
        int next = i * 37 % CHILDREN;
        wrong += waitpid(child[next], &status, 0) != child[next] || WEXITSTATUS(status) != next;
        wrong += kill(child[next], 0) != -1 || errno != ESRCH;
    }
    close(end[0]);
    CHECK(wrong == 0);
    pipe(end);
    start(child, end);
    close(end[1]);
    for (int i = 0; i < CHILDREN; i++) {
        siginfo_t info;
        waitid(P_PID, (id_t)child[i], &info, WEXITED | WNOWAIT); /* each has ended */
    }
    for (int i = 0; i < CHILDREN; i++)
        order += wait(&status) != child[i] || WEXITSTATUS(status) != i;
    CHECK(order == 0);
    CHECK(wait(&status) == -1 && errno == ECHILD);
    close(end[0]);
}

int main(void)
{
    mappings();
    changes();
    children();
    return 0;
}
