/*
 * linux_calls.c: what calls, processes and pipes cost on a kernel that runs Linux programs.
 *
 * It is /init of an initial RAM disk, on tinygate's kernel and on Debian's alike: a static i386
 * program without a C library. It prints one line for each cost, and switches the machine off:
 *
 *     hello from /init
 *     # cost page                 68.00 best       68.00
 *
 * in ticks of the CPU's counter for one round of the loop: the median of the batches, and the best
 * of them. Under QEMU's `-icount shift=0` a tick is one instruction. Each loop has the same three
 * instructions around what is measured (but for `clock`, which has five), and they are in the
 * number: the reader takes them off. Whoever only wants the first line gives the argument `hello`.
 */

#include "linux_guest.h"

#define BATCHES 9
#define CALL_ROUNDS 2000
#define FORK_ROUNDS 50
#define PIPE_ROUNDS 250

enum {
    NR_fork = 2,
    NR_read = 3,
    NR_open = 5,
    NR_close = 6,
    NR_getpid = 20,
    NR_pipe = 42,
    NR_wait4 = 114,
};

enum { AT_NULL = 0, AT_SYSINFO = 32, AT_SYSINFO_EHDR = 33 };
enum { PT_LOAD = 1, PT_DYNAMIC = 2, DT_HASH = 4, DT_STRTAB = 5, DT_SYMTAB = 6 };
enum { O_WRONLY = 1, CLOCK_MONOTONIC = 1 };

struct elf_header {
    unsigned char ident[16];
    unsigned short type, machine;
    u32 version, entry, phoff, shoff, flags;
    unsigned short ehsize, phentsize, phnum;
};

struct program_header {
    u32 type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

struct symbol {
    u32 name, value, size;
    unsigned char info, other;
    unsigned short section;
};

/* What a loop works with. */
struct call {
    u32 number, a, b, c;
};

static u32 vsyscall;        /* __kernel_vsyscall; 0 if the kernel has none */
static u32 clock_gettime;   /* the vDSO's; 0 if it has none */
static int to_child, to_us; /* the ends of two pipes that are ours */

/* As a C library calls: through the page, if there is one. */
static int call(u32 number, u32 a, u32 b, u32 c)
{
    int result;

    if (vsyscall == 0) {
        return int80(number, a, b, c, 0);
    }
    __asm__ volatile("call *%[page]"
                     : "=a"(result)
                     : "0"(number), "b"(a), "c"(b), "d"(c), [page] "S"(vsyscall), "D"(0)
                     : "memory");
    return result;
}

/* ---- What is printed ---- */

static void put_ticks(u32 ticks, u32 rounds)
{
    put_number(ticks / rounds, 9, 1);
    put(".");
    put_number(ticks % rounds * 100 / rounds, 2, 2);
}

/* ---- The loops ---- */

static void loop_page(const struct call *what, u32 rounds)
{
    u32 result;

    __asm__ volatile(".p2align 4\n"
                     "1: movl %[number], %%eax\n"
                     "   call *%[page]\n"
                     "   decl %[rounds]\n"
                     "   jnz 1b"
                     : "=&a"(result), [rounds] "+D"(rounds)
                     : [number] "m"(what->number), "b"(what->a), "c"(what->b),
                       "d"(what->c), [page] "S"(vsyscall)
                     : "cc", "memory");
}

static void loop_int80(const struct call *what, u32 rounds)
{
    u32 result;

    __asm__ volatile(".p2align 4\n"
                     "1: movl %[number], %%eax\n"
                     "   int $0x80\n"
                     "   decl %[rounds]\n"
                     "   jnz 1b"
                     : "=&a"(result), [rounds] "+D"(rounds)
                     : [number] "m"(what->number), "b"(what->a), "c"(what->b), "d"(what->c)
                     : "cc", "memory");
}

/* The vDSO's function obeys the C calling convention: its arguments are on the stack. */
static void loop_clock(const struct call *what, u32 rounds)
{
    u32 time[2];

    (void)what;
    __asm__ volatile(".p2align 4\n"
                     "1: pushl %[time]\n"
                     "   pushl %[clock]\n"
                     "   call *%[function]\n"
                     "   addl $8, %%esp\n"
                     "   decl %[rounds]\n"
                     "   jnz 1b"
                     : [rounds] "+D"(rounds)
                     : [time] "b"(time), [clock] "i"(CLOCK_MONOTONIC), [function] "S"(clock_gettime)
                     : "eax", "ecx", "edx", "cc", "memory");
}

static void loop_fork(const struct call *what, u32 rounds)
{
    (void)what;
    while (rounds--) {
        int status, pid = call(NR_fork, 0, 0, 0);

        if (pid == 0) {
            call(NR_exit, 0, 0, 0);
        }
        int80(NR_wait4, (u32)pid, (u32)&status, 0, 0);
    }
}

static void loop_pipe(const struct call *what, u32 rounds)
{
    char byte = 'p';

    (void)what;
    while (rounds--) {
        call(NR_write, (u32)to_child, (u32)&byte, 1);
        call(NR_read, (u32)to_us, (u32)&byte, 1);
    }
}

/* ---- Measuring ---- */

static void sort(u32 *values)
{
    for (int i = 1; i < BATCHES; i++) {
        for (int j = i; j > 0 && values[j] < values[j - 1]; j--) {
            u32 larger = values[j - 1];
            values[j - 1] = values[j];
            values[j] = larger;
        }
    }
}

static void measure(const char *name, void (*loop)(const struct call *, u32), u32 rounds,
                    const struct call *what)
{
    u32 ticks[BATCHES];

    loop(what, rounds / 10); /* what is only done once: faults, caches of the emulator */
    for (int i = 0; i < BATCHES; i++) {
        u32 began = (u32)ticks_now();
        loop(what, rounds);
        ticks[i] = (u32)ticks_now() - began;
    }
    sort(ticks);
    put("# cost ");
    put(name);
    while (length < 20) {
        put(" ");
    }
    put_ticks(ticks[BATCHES / 2], rounds);
    put(" best ");
    put_ticks(ticks[0], rounds);
    print();
}

static void measure_calls(void)
{
    static const char byte = 'x';
    const struct call getpid = {NR_getpid, 0, 0, 0};
    const struct call write = {NR_write, (u32)int80(NR_open, (u32) "/dev/null", O_WRONLY, 0, 0),
                               (u32)&byte, 1};

    if (vsyscall) {
        measure("page", loop_page, CALL_ROUNDS, &getpid);
        measure("write", loop_page, CALL_ROUNDS, &write);
    }
    measure("int80", loop_int80, CALL_ROUNDS, &getpid);
    if (clock_gettime) {
        measure("clock", loop_clock, CALL_ROUNDS, &getpid);
    }
}

/* The other end of the pipes: every byte goes back. */
static void repeat(int from, int to)
{
    char byte;

    while (call(NR_read, (u32)from, (u32)&byte, 1) == 1) {
        call(NR_write, (u32)to, (u32)&byte, 1);
    }
    call(NR_exit, 0, 0, 0);
}

static void measure_processes(void)
{
    const struct call nothing = {0, 0, 0, 0};
    int there[2], back[2], status;

    measure("fork", loop_fork, FORK_ROUNDS, &nothing);
    int80(NR_pipe, (u32)there, 0, 0, 0);
    int80(NR_pipe, (u32)back, 0, 0, 0);
    int pid = int80(NR_fork, 0, 0, 0, 0);
    if (pid == 0) {
        int80(NR_close, (u32)there[1], 0, 0, 0);
        repeat(there[0], back[1]);
    }
    to_child = there[1];
    to_us = back[0];
    measure("pipe", loop_pipe, PIPE_ROUNDS, &nothing);
    int80(NR_close, (u32)to_child, 0, 0, 0);
    int80(NR_wait4, (u32)pid, (u32)&status, 0, 0);
}

/* ---- The start ---- */

static int same(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/* The address of a function of the vDSO, an ELF file in memory; 0 if it has none of that name. */
static u32 find(u32 image, const char *name)
{
    const struct elf_header *elf = (const void *)image;
    const struct program_header *header = (const void *)(image + elf->phoff);
    const u32 *dynamic = 0, *hash = 0;
    const struct symbol *symbols = 0;
    const char *names = 0;
    u32 bias = 0;

    for (u32 i = 0; i < elf->phnum; i++) {
        bias = header[i].type == PT_LOAD ? image - header[i].vaddr : bias;
        dynamic = header[i].type == PT_DYNAMIC ? (const void *)(image + header[i].offset) : dynamic;
    }
    for (; dynamic && dynamic[0]; dynamic += 2) {
        const void *place = (const void *)(bias + dynamic[1]);
        hash = dynamic[0] == DT_HASH ? place : hash;
        names = dynamic[0] == DT_STRTAB ? place : names;
        symbols = dynamic[0] == DT_SYMTAB ? place : symbols;
    }
    for (u32 i = 0; hash && i < hash[1]; i++) {
        if (same(names + symbols[i].name, name)) {
            return bias + symbols[i].value;
        }
    }
    return 0;
}

__attribute__((used)) static void start(u32 *stack)
{
    u32 argc = stack[0];
    const char **argv = (const char **)(stack + 1);
    u32 *at = stack + 1 + argc + 1;

    while (*at) {
        at++;
    }
    put("hello from /init");
    print();
    if (argc > 1 && same(argv[1], "hello")) {
        off();
    }
    for (at++; at[0] != AT_NULL; at += 2) {
        if (at[0] == AT_SYSINFO) {
            vsyscall = at[1];
        } else if (at[0] == AT_SYSINFO_EHDR) {
            clock_gettime = find(at[1], "__vdso_clock_gettime");
        }
    }
    measure_calls();
    measure_processes();
    off();
}
