/*
 * linux_growth.c: what operations cost, and how that grows with what there is already.
 *
 * It prints one line for each operation and size, and switches the machine off:
 *
 *     # grows create 100 4734
 *
 * the ticks of the CPU's counter for one operation where there are so many files, mappings,
 * children or pipes, or so many MiB or KiB. Under QEMU's `-icount shift=0` a tick is one
 * instruction.
 */

#include "linux_guest.h"

#define MANY 10000
#define PIPES 1000
#define ROUNDS 20
#define STEP 7919 /* a prime: by it all of n are visited, but not in order */
#define PAGE 4096
#define KIB 1024
#define MIB (KIB * KIB)

enum {
    NR_fork = 2,
    NR_read = 3,
    NR_open = 5,
    NR_close = 6,
    NR_unlink = 10,
    NR_lseek = 19,
    NR_kill = 37,
    NR_mkdir = 39,
    NR_rmdir = 40,
    NR_pipe = 42,
    NR_setrlimit = 75,
    NR_old_mmap = 90,
    NR_munmap = 91,
    NR_wait4 = 114,
    NR_poll = 168,
    NR_stat64 = 195,
    NR_getdents64 = 220,
    NR_epoll_create = 254,
    NR_epoll_ctl = 255,
    NR_epoll_wait = 256,
};

enum { O_RDWR = 2, O_CREAT = 0x40, O_TRUNC = 0x200 };
enum { RLIMIT_NOFILE = 7, POLLIN = 1, EPOLL_CTL_ADD = 1 };
enum { PROT_READ = 1, PROT_WRITE = 2, MAP_PRIVATE = 2, MAP_ANONYMOUS = 0x20 };

struct pollfd {
    int fd;
    short events, revents;
};

struct epoll_event {
    u32 events, data[2];
};

static char buffer[64 * KIB];
static u32 maps[MANY];
static int children[PIPES], write_ends[PIPES];
static struct pollfd polls[PIPES];
static unsigned long long began;

static void begin(void)
{
    began = ticks_now();
}

/* Less than 2^32 ticks for each, so that the CPU's own division does. */
static void end(const char *name, u32 size, u32 operations)
{
    unsigned long long ticks = ticks_now() - began;
    u32 quotient, rest;

    __asm__("divl %4"
            : "=a"(quotient), "=d"(rest)
            : "0"((u32)ticks), "1"((u32)(ticks >> 32)), "r"(operations));
    put("# grows ");
    put(name);
    put(" ");
    put_number(size, 0, 1);
    put(" ");
    put_number(quotient, 0, 1);
    print();
}

/* ---- Files ---- */

static const char *name_of(u32 number)
{
    static char name[] = "/g/f00000";

    for (u32 at = sizeof name - 2; at >= 4; at--, number /= 10) {
        name[at] = (char)('0' + number % 10);
    }
    return name;
}

static void files(u32 n)
{
    static char stat[96];

    int80(NR_mkdir, (u32) "/g", 0755, 0, 0);
    begin();
    for (u32 i = 0; i < n; i++) {
        int80(NR_close, (u32)int80(NR_open, (u32)name_of(i), O_CREAT | O_RDWR, 0644, 0), 0, 0, 0);
    }
    end("create", n, n);
    begin();
    for (u32 i = 0; i < n; i++) {
        int80(NR_stat64, (u32)name_of(i * STEP % n), (u32)stat, 0, 0);
    }
    end("stat", n, n);
    int folder = int80(NR_open, (u32) "/g", 0, 0, 0);
    begin();
    while (int80(NR_getdents64, (u32)folder, (u32)buffer, sizeof buffer / 2, 0) > 0) {
    }
    end("readdir", n, n);
    int80(NR_close, (u32)folder, 0, 0, 0);
    begin();
    for (u32 i = 0; i < n; i++) {
        int80(NR_unlink, (u32)name_of(i), 0, 0, 0);
    }
    end("unlink", n, n);
    int80(NR_rmdir, (u32) "/g", 0, 0, 0);
}

/* ---- Processes ---- */

static void processes(u32 n)
{
    int ends[2];

    int80(NR_pipe, (u32)ends, 0, 0, 0);
    begin();
    for (u32 i = 0; i < n; i++) {
        children[i] = int80(NR_fork, 0, 0, 0, 0);
        if (children[i] == 0) {
            int80(NR_close, (u32)ends[1], 0, 0, 0);
            int80(NR_read, (u32)ends[0], (u32)buffer, 1, 0);
            int80(NR_exit, 0, 0, 0, 0);
        }
    }
    end("fork", n, n);
    begin();
    for (u32 i = 0; i < n; i++) {
        int80(NR_kill, (u32)children[i], 0, 0, 0);
    }
    end("kill", n, n);
    begin();
    int80(NR_close, (u32)ends[1], 0, 0, 0);
    for (u32 i = 0; i < n; i++) {
        int80(NR_wait4, (u32)children[i], 0, 0, 0);
    }
    end("wait", n, n);
    int80(NR_close, (u32)ends[0], 0, 0, 0);
}

/* ---- Memory ---- */

static u32 map(u32 size, u32 protection)
{
    const u32 arguments[] = {0, size, protection, MAP_PRIVATE | MAP_ANONYMOUS, (u32)-1, 0};

    return (u32)int80(NR_old_mmap, (u32)arguments, 0, 0, 0);
}

/* Neighbours may not be used for the same, so that they stay apart. */
static void mappings(u32 n)
{
    begin();
    for (u32 i = 0; i < n; i++) {
        maps[i] = map(PAGE, i % 2 ? PROT_READ : PROT_READ | PROT_WRITE);
    }
    end("mmap", n, n);
    begin();
    for (u32 i = 0; i < n; i += 2) {
        *(volatile char *)maps[i] = 1;
    }
    end("touch", n, n / 2);
    begin();
    for (u32 i = 0; i < n; i++) {
        int80(NR_munmap, maps[i * STEP % n], PAGE, 0, 0);
    }
    end("munmap", n, n);
}

/* Each page of so many MiB has been written; then all of it is the child's, too. */
static void large(u32 mib)
{
    u32 start = map(mib * MIB, PROT_READ | PROT_WRITE);

    for (u32 at = 0; at < mib * MIB; at += PAGE) {
        *(volatile char *)(start + at) = 1;
    }
    begin();
    int child = int80(NR_fork, 0, 0, 0, 0);
    if (child == 0) {
        int80(NR_exit, 0, 0, 0, 0);
    }
    int80(NR_wait4, (u32)child, 0, 0, 0);
    end("large", mib, 1);
    int80(NR_munmap, start, mib * MIB, 0, 0);
}

/* ---- Data ---- */

static void data(u32 mib)
{
    int file = int80(NR_open, (u32) "/data", O_CREAT | O_RDWR | O_TRUNC, 0600, 0);
    u32 pages = mib * (MIB / PAGE);

    begin();
    for (u32 i = 0; i < pages; i++) {
        int80(NR_write, (u32)file, (u32)buffer, PAGE, 0);
    }
    end("write", mib, pages);
    int80(NR_lseek, (u32)file, 0, 0, 0);
    begin();
    for (u32 i = 0; i < pages; i++) {
        int80(NR_read, (u32)file, (u32)buffer, PAGE, 0);
    }
    end("read", mib, pages);
    int80(NR_close, (u32)file, 0, 0, 0);
    int80(NR_unlink, (u32) "/data", 0, 0, 0);
}

static void stream(u32 kib)
{
    int ends[2];

    int80(NR_pipe, (u32)ends, 0, 0, 0);
    begin();
    int child = int80(NR_fork, 0, 0, 0, 0);
    if (child == 0) {
        for (u32 done = 0; done < kib * KIB; done += sizeof buffer) {
            int80(NR_write, (u32)ends[1], (u32)buffer, sizeof buffer, 0);
        }
        int80(NR_exit, 0, 0, 0, 0);
    }
    int80(NR_close, (u32)ends[1], 0, 0, 0);
    while (int80(NR_read, (u32)ends[0], (u32)buffer, sizeof buffer, 0) > 0) {
    }
    int80(NR_wait4, (u32)child, 0, 0, 0);
    end("stream", kib, kib);
    int80(NR_close, (u32)ends[0], 0, 0, 0);
}

/* ---- Waiting for many files, of which one is ready ---- */

static void waiting(u32 n)
{
    const u32 limits[2] = {2 * n + 20, 2 * n + 20};
    struct epoll_event event = {POLLIN, {0, 0}};
    int ends[2];

    int80(NR_setrlimit, RLIMIT_NOFILE, (u32)limits, 0, 0);
    int epoll = int80(NR_epoll_create, 1, 0, 0, 0);
    for (u32 i = 0; i < n; i++) {
        int80(NR_pipe, (u32)ends, 0, 0, 0);
        polls[i] = (struct pollfd){ends[0], POLLIN, 0};
        write_ends[i] = ends[1];
        int80(NR_epoll_ctl, (u32)epoll, EPOLL_CTL_ADD, (u32)ends[0], (u32)&event);
    }
    int80(NR_write, (u32)write_ends[n - 1], (u32)buffer, 1, 0);
    begin();
    for (u32 i = 0; i < ROUNDS; i++) {
        int80(NR_poll, (u32)polls, n, (u32)-1, 0);
    }
    end("poll", n, ROUNDS);
    begin();
    for (u32 i = 0; i < ROUNDS; i++) {
        int80(NR_epoll_wait, (u32)epoll, (u32)&event, 1, (u32)-1);
    }
    end("epoll", n, ROUNDS);
    int80(NR_close, (u32)epoll, 0, 0, 0);
    for (u32 i = 0; i < n; i++) {
        int80(NR_close, (u32)polls[i].fd, 0, 0, 0);
        int80(NR_close, (u32)write_ends[i], 0, 0, 0);
    }
}

__attribute__((used)) static void start(u32 *stack)
{
    (void)stack;
    for (u32 n = 100; n <= MANY; n *= 10) {
        files(n);
        mappings(n);
        processes(n / 10);
        waiting(n / 10);
    }
    for (u32 n = 1; n <= 64; n *= 8) {
        data(n);
        large(n);
        stream(64 * n);
    }
    put("# grown");
    print();
    off();
}
