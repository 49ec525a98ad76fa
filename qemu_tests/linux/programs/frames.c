/* frames.c: what a handler finds in its frame after a signal or an exception, and may change. */
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>
#include "raw.h"
#include "say.h"

#define FLAG_TF 0x100
#define SHOWN_FLAGS (0x400 /* DF */ | FLAG_TF)
#define STACK_BYTES 32768

enum { FORK = 2, KILL = 37 };

static unsigned status_of(pid_t pid)
{
    int status = -1;
    waitpid(pid, &status, 0);
    return (unsigned)status;
}

static void install(int number, void *handler, int flags)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = handler;
    action.sa_flags = flags;
    sigaction(number, &action, NULL);
}

static int segment(int which)
{
    int value;
    if (which)
        __asm__ volatile("movl %%es, %0" : "=r"(value));
    else
        __asm__ volatile("movl %%ds, %0" : "=r"(value));
    return value & 0xffff;
}

/* ---- Exceptions ---- */

static volatile int skip;       /* bytes of the instruction that is to be passed over */
static volatile unsigned place; /* where it is said to be; what is at fault otherwise */

static void tell(int number, siginfo_t *info, void *context)
{
    ucontext_t *saved = context;
    greg_t *regs = saved->uc_mcontext.gregs;
    const unsigned at = (unsigned)info->si_addr;
    say("  signal %d, code %d, trap %d, error %#x, at %s, flags %#x, cr2 %#x\n", number,
        info->si_code, regs[REG_TRAPNO], (unsigned)regs[REG_ERR],
        at == (unsigned)regs[REG_EIP] ? "itself"
        : at == place                 ? "the place"
        : at                          ? "?"
                                      : "0",
        (unsigned)regs[REG_EFL] & SHOWN_FLAGS, (unsigned)saved->uc_mcontext.cr2);
    regs[REG_EIP] += skip;
    regs[REG_EFL] &= ~FLAG_TF;
}

#define FAULT(name, bytes, instruction)                                                            \
    do {                                                                                           \
        say(name "\n");                                                                            \
        skip = bytes;                                                                              \
        __asm__ volatile(instruction : : "a"(place) : "memory", "cc");                             \
    } while (0)

static void exceptions(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE};
    for (unsigned i = 0; i < sizeof signals / sizeof signals[0]; i++)
        install(signals[i], tell, SA_SIGINFO);
    place = 0xc0000000;
    FAULT("read the kernel", 2, "movb (%%eax), %%al");
    FAULT("write the kernel", 2, "movb %%al, (%%eax)");
    place = 8;
    FAULT("read nothing", 2, "movb (%%eax), %%al");
    FAULT("write nothing", 2, "movb %%al, (%%eax)");
    place = 0x1000;
    FAULT("a selector", 2, "movl %%eax, %%es");
    FAULT("a vector", 2, "int $0x21");
    FAULT("the double fault's", 2, "int $8");
    FAULT("the page fault's", 2, "int $14");
    FAULT("a port", 1, "inb %%dx, %%al");
    FAULT("a control register", 3, "movl %%eax, %%cr0");
    FAULT("no instruction", 2, "ud2");
    FAULT("int3", 0, "int3");
    FAULT("overflow", 0, "movb $0x7f, %%al\n\taddb $1, %%al\n\tinto");
    FAULT("a step", 0, "pushfl\n\torl $0x100, (%%esp)\n\tpopfl\n\tnop");
    FAULT("divided", 2, "xorl %%edx, %%edx\n\txorl %%ecx, %%ecx\n\tdivl %%ecx");
}

static volatile char *volatile nowhere = (char *)16;

/* An exception that cannot be handled now ends a program, whatever it had wanted. */
static void overflow(int number)
{
    __asm__ volatile("movl $16, %%esp\n\tmovl (%%esp), %%eax" : : "a"(number));
}

static void ends(void)
{
    say("ends\n");
    for (int how = 0; how < 4; how++) {
        pid_t child = fork();
        if (child == 0) {
            sigset_t set;
            sigfillset(&set);
            install(SIGSEGV, how < 2 ? (void *)overflow : tell, SA_SIGINFO);
            if (how == 1)
                overflow(0);
            if (how == 2)
                sigprocmask(SIG_BLOCK, &set, NULL);
            if (how == 3)
                signal(SIGSEGV, SIG_IGN);
            *nowhere = 0;
            _exit(9);
        }
        say("  %d: %#x\n", how, status_of(child));
    }
}

/* ---- The frame of a signal ---- */

static char other[STACK_BYTES];

static void look(int number, siginfo_t *info, void *context)
{
    const ucontext_t *saved = context;
    const greg_t *regs = saved->uc_mcontext.gregs;
    uint32_t mask[2];
    const uint8_t *code = (uint8_t *)info + 128 + 116;
    memcpy(mask, &saved->uc_sigmask, sizeof mask);
    say("  signal %d, code %d, old mask %#x, mask %#x %#x\n", number, info->si_code,
        (unsigned)saved->uc_mcontext.oldmask, (unsigned)mask[0], (unsigned)mask[1]);
    say("  flags %#x, link %d, stack %#x %d %d\n", (unsigned)saved->uc_flags & 1,
        saved->uc_link != NULL, (unsigned)saved->uc_stack.ss_flags, (int)saved->uc_stack.ss_size,
        saved->uc_stack.ss_sp == other);
    say("  cs %#x, ds %#x, es %#x, ss %#x, and now ds %#x, es %#x; the same esp %d\n",
        (unsigned)regs[REG_CS], (unsigned)regs[REG_DS], (unsigned)regs[REG_ES],
        (unsigned)regs[REG_SS], (unsigned)segment(0), (unsigned)segment(1),
        regs[REG_ESP] == regs[REG_UESP]);
    for (int i = 0; i < 7; i++)
        say("  %02x", code[i]);
    say("\n");
}

/* As C libraries did it that knew 32 signals: the context lies in place of the other arguments. */
static void look_old(int number)
{
    const uint32_t *context = (uint32_t *)&number + 1;
    const uint8_t *code;
    __asm__ volatile("" : "+r"(context) : : "memory");
    code = (const uint8_t *)(context + 22) + 624 + 4;
    say("  signal %d, old mask %#x, further %#x, the same esp %d, x87 %d\n", number,
        (unsigned)context[20], (unsigned)context[22 + 156], context[7] == context[17],
        context[19] != 0);
    for (int i = 0; i < 8; i++)
        say("  %02x", code[i]);
    say("\n");
}

static void with_empty_es(void)
{
    int after;
    __asm__ volatile("pushl %%es\n\t"
                     "movl %4, %%es\n\t"
                     "int $0x80\n\t"
                     "movl %%es, %0\n\t"
                     "popl %%es\n\t"
                     "cld"
                     : "=&r"(after)
                     : "a"(KILL), "b"(getpid()), "c"(SIGUSR1), "r"(0)
                     : "memory");
    say("  es after it %#x\n", (unsigned)after & 0xffff);
}

/* The kernel's copy is to be seen, not what an earlier frame has left. */
static void fill(void)
{
    volatile char below[4096];
    for (unsigned i = 0; i < sizeof below; i++)
        below[i] = 0x55;
}

/* A stack of which nothing is used yet is in use all the same if ESP says so. */
static void at_the_top(void)
{
    int result;
    __asm__ volatile("movl %%esp, %%esi\n\t"
                     "movl %%edx, %%esp\n\t"
                     "int $0x80\n\t"
                     "movl %%esi, %%esp"
                     : "=a"(result)
                     : "0"(KILL), "b"(getpid()), "c"(SIGUSR1), "d"(other + STACK_BYTES)
                     : "esi", "memory");
    say("  gave %d\n", result);
}

static void signals(void)
{
    stack_t stack = {.ss_sp = other, .ss_size = STACK_BYTES};
    sigset_t set;
    say("signals\n");
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, 40);
    sigaddset(&set, 64);
    sigprocmask(SIG_SETMASK, &set, NULL);
    install(SIGUSR1, look, SA_SIGINFO);
    with_empty_es();
    sigaltstack(&stack, NULL);
    install(SIGUSR1, look, SA_SIGINFO | SA_ONSTACK);
    raw(KILL, (unsigned)getpid(), SIGUSR1, 0, 0, 0, 0);
    at_the_top();
    install(SIGUSR1, look_old, 0);
    fill();
    raw(KILL, (unsigned)getpid(), SIGUSR1, 0, 0, 0, 0);
    stack.ss_flags = SS_DISABLE;
    sigaltstack(&stack, NULL);
    sigemptyset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
}

/* ---- What counts when it is given back ---- */

static void change(int number, siginfo_t *info, void *context)
{
    ucontext_t *saved = context;
    const uint32_t mask[2] = {1u << (SIGHUP - 1) | 1u << (SIGKILL - 1), 1u << (40 - 33)};
    (void)number;
    (void)info;
    memcpy(&saved->uc_sigmask, mask, sizeof mask);
    saved->uc_stack = (stack_t){.ss_sp = other + 64, .ss_size = STACK_BYTES - 64};
    saved->uc_mcontext.gregs[REG_EFL] = (greg_t)0xffdfbeff; /* not NT, nor TF */
    saved->uc_mcontext.gregs[REG_EAX] =
        -512; /* a call that is to be made again, inside the kernel */
    raise(SIGUSR2);
}

static void nothing(int number)
{
    say("  signal %d\n", number);
}

/* All at once: that of a fault has its frame first, and so its handler is the last to run. */
static void order(void)
{
    static const int numbers[] = {SIGHUP, SIGTERM, SIGSEGV, SIGUSR2, 40};
    sigset_t set, before;
    say("order\n");
    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, &before);
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        install(numbers[i], nothing, 0);
        raise(numbers[i]);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
}

static void changes(void)
{
    sigset_t set;
    stack_t stack;
    uint32_t mask[2];
    int flags, result;
    say("changes\n");
    install(SIGUSR1, change, SA_SIGINFO);
    install(SIGUSR2, nothing, 0);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    __asm__ volatile("int $0x80\n\t"
                     "pushfl\n\t"
                     "popl %1\n\t"
                     "pushl $2\n\t"
                     "popfl"
                     : "=a"(result), "=&r"(flags)
                     : "0"(KILL), "b"(getpid()), "c"(SIGUSR1)
                     : "memory", "cc");
    say("  eax %d, flags %#x\n", result, (unsigned)flags);
    sigprocmask(SIG_BLOCK, NULL, &set);
    memcpy(mask, &set, sizeof mask);
    say("  mask %#x %#x\n", (unsigned)mask[0], (unsigned)mask[1]);
    sigaltstack(NULL, &stack);
    say("  stack %#x %d %d\n", (unsigned)stack.ss_flags, (int)stack.ss_size,
        stack.ss_sp == other + 64);
}

static void change_gs(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_GS] = 0;
}

static void changed_gs(void)
{
    int after;
    install(SIGUSR1, change_gs, SA_SIGINFO);
    __asm__ volatile("pushl %%gs\n\t"
                     "int $0x80\n\t"
                     "movl %%gs, %0\n\t"
                     "popl %%gs"
                     : "=&r"(after)
                     : "a"(KILL), "b"(getpid()), "c"(SIGUSR1)
                     : "memory");
    say("  gs %#x\n", (unsigned)after & 0xffff);
}

static volatile int steps;

static void count(int number)
{
    steps += number == SIGTRAP;
}

/* A program that goes step by step has a child that does so, however it calls. */
static void walks(void)
{
    const unsigned entries[] = {0, raw_find_sysinfo()};
    int status = 0, child;
    say("walks\n");
    install(SIGTRAP, count, 0);
    for (int i = 0; i < 2; i++) {
        raw_sysinfo = entries[i];
        __asm__ volatile("pushfl\n\torl $0x100, (%%esp)\n\tpopfl" : : : "memory", "cc");
        child = raw(FORK, 0, 0, 0, 0, 0, 0);
        if (child == 0)
            steps = 0;
        __asm__ volatile("nop\n\tnop\n\tpushfl\n\tandl $~0x100, (%%esp)\n\tpopfl"
                         :
                         :
                         : "memory", "cc");
        if (child == 0)
            _exit(steps >= 2);
        waitpid(child, &status, 0);
        say("  %d %#x\n", steps >= 10, (unsigned)status);
        steps = 0;
    }
}

int main(void)
{
    exceptions();
    ends();
    signals();
    order();
    changes();
    changed_gs();
    walks();
    return 0;
}
