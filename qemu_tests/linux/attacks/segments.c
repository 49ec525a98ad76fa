/* segments.c: TLS entries that go while a segment register names them, and every way back to ring 3
 * with that; sigreturn() with frames that nobody made. */
#include "attack.h"

struct user_desc {
    u32 entry_number, base, limit, flags;
};

enum { SEG_32BIT = 1, PAGES = 16, USEABLE = 64, EMPTY = 8 | 32 };

static u32 entry_number;

static void entry_set(u32 number, u32 flags)
{
    struct user_desc desc = {number, 0, flags == EMPTY ? 0 : 0xfffff, flags};
    check_is(call(set_thread_area, &desc), 0);
    entry_number = desc.entry_number;
}

static void entry_clear(void)
{
    struct user_desc desc = {entry_number, 0, 0, EMPTY};
    call(set_thread_area, &desc);
}

static void load(int which, u32 selector)
{
    switch (which) {
    case 0:
        __asm__ volatile("movl %0, %%ss" : : "r"(selector));
        break;
    case 1:
        __asm__ volatile("movl %0, %%ds" : : "r"(selector));
        break;
    case 2:
        __asm__ volatile("movl %0, %%es" : : "r"(selector));
        break;
    case 3:
        __asm__ volatile("movl %0, %%fs" : : "r"(selector));
        break;
    default:
        __asm__ volatile("movl %0, %%gs" : : "r"(selector));
    }
}

static void nothing(int signal)
{
    (void)signal;
}

/* Spin for some ticks: interrupts, and switches if anybody else runs. */
static void spin(void)
{
    for (volatile int i = 0; i < 3000000; i++)
        ;
}

/* In a child: one register names the entry when it goes; then one way into the kernel and back. */
static void one(int which, int way)
{
    entry_set(-1u, SEG_32BIT | PAGES | USEABLE);
    handle(SIGUSR1, nothing, 0);
    handle(SIGUSR2, nothing, SA_SIGINFO);
    load(which, entry_number * 8 + 3);
    entry_clear();
    switch (way) {
    case 0:
        call(getpid);
        break;
    case 1:
        sleep_ms(1);
        break;
    case 2:
        spin();
        break;
    case 3:
        call(kill, call(getpid), SIGUSR1);
        break;
    case 4:
        call(kill, call(getpid), SIGUSR2);
        break;
    case 5:
        call(fork);
        break;
    default:
        __asm__ volatile("int3");
    }
    leave(0);
}

static void all(void)
{
    for (int which = 0; which < 5; which++)
        for (int way = 0; way < 7; way++) {
            int child = call(fork);
            if (child == 0)
                one(which, way);
            wait_for(child); /* how it ends is its own affair */
        }
}

/* sigreturn() and rt_sigreturn() of random memory, and of a frame with a bad word here and there. */
static void garbage(int number)
{
    static u32 words[512];
    for (int i = 0; i < 400; i++) {
        int child;
        for (u32 j = 0; j < 512; j++)
            words[j] = random_number() % 3 ? random_number() : random_number() % 2 ? 0x7b : 0x73;
        child = call(fork);
        if (child == 0) {
            call(alarm, 1);
            __asm__ volatile("movl %1, %%esp\n\tint $0x80" : : "a"(number), "r"(words + 64));
            leave(0);
        }
        wait_for(child);
    }
}

/* Words of struct sigcontext, in a handler's frame. */
enum { GS, FS, ES, DS, EDI, ESI, EBP, ESP, EBX, EDX, ECX, EAX, TRAPNO, ERR, EIP, CS, EFLAGS };
enum { ESP_AT_SIGNAL = 17, SS, FPSTATE };

static int change_at;
static u32 change_to;

static void change(int signal)
{
    volatile u32 *context = (u32 *)&signal + 1;
    __asm__ volatile("" : "+r"(context) : : "memory"); /* it points behind what C knows */
    context[change_at] = change_to;
}

static int changed(int at, u32 to)
{
    int child = call(fork);
    if (child == 0) {
        change_at = at;
        change_to = to;
        handle(SIGUSR1, change, 0);
        call(kill, call(getpid), SIGUSR1);
        __asm__ volatile("fninit");
        for (volatile int i = 0; i < 1000; i++)
            ;
        call(exit, 0);
    }
    return wait_for(child);
}

static void bad_contexts(void)
{
    static const u32 selectors[] = {0,    3,    7,    0x33, 0x3b, 0x43, 0x60, 0x68,  0x63,
                                    0x6b, 0x73, 0x7b, 0x80, 0x83, 0xff, 0xfb, 0xffff};
    for (int at = GS; at <= DS; at++)
        for (u32 i = 0; i < sizeof selectors / 4; i++)
            changed(at, selectors[i]);
    for (u32 i = 0; i < sizeof selectors / 4; i++) {
        changed(CS, selectors[i]);
        changed(SS, selectors[i]);
    }
    for (u32 bit = 0; bit < 32; bit++)
        changed(EFLAGS, 1u << bit);
    check_is(changed(EFLAGS, 0x3000 | 0x200), 0); /* IOPL */
    check_is(changed(EFLAGS, 0x4000), 0);         /* NT */
    check_is(changed(EFLAGS, 0x20000), 0);        /* VM */
    check_is(changed(EFLAGS, 0x40000), 0);        /* AC */
    check_is(changed(FPSTATE, 16), SIGSEGV);
    check_is(changed(FPSTATE, 0xfffffff0), SIGSEGV);
    check_is(changed(FPSTATE, 0xbffffff0), SIGSEGV);
    check_is(changed(EIP, 0xc0100000), SIGSEGV);
    check_is(changed(ESP, 0xc0100000), SIGSEGV);
}

/* SYSENTER from a program's own code, with EBP as it pleases. */
static void own_sysenter(void)
{
    static const u32 stacks[] = {0, 1, 0xbffffffd, 0xc0000000, 0xfffffffc, 0xffffffff, 0x10000};
    for (u32 i = 0; i < sizeof stacks / 4; i++) {
        int child = call(fork);
        if (child == 0) {
            call(alarm, 1);
            __asm__ volatile("movl %1, %%ebp\n\tsysenter" : : "a"(NR_getpid), "r"(stacks[i]));
            leave(0);
        }
        wait_for(child);
    }
}

int attack(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    all();
    garbage(NR_sigreturn);
    garbage(NR_rt_sigreturn);
    bad_contexts();
    own_sysenter();
    return 0;
}
