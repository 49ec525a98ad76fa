/* registers.c: a system call keeps every register but EAX, however the kernel is entered, and a
 * signal's handler keeps all of them. */
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "raw.h"
#include "say.h"

#define ALL_FLAGS 0xcd7 /* CF PF AF ZF SF DF OF */
#define DIRECTION 0x400
#define ENDLESS 1 /* in place of an entry: no call, but an instruction that jumps to itself */

enum { FORK = 2, GETPID = 20, KILL = 37, SCHED_YIELD = 158, NO_CALL = 9999 };

struct registers {
    unsigned int eax, ebx, ecx, edx, esi, edi, ebp, flags;
};

/* What goes in, and what comes out; `entry` is 0 for int 0x80, ENDLESS, or the address to call. */
static struct {
    struct registers in;
    unsigned int entry;
    struct registers out;
} frame;

/* EAX points at the frame: 0 in, 32 entry, 36 out. On the stack: flags, entry, frame. */
static void call_with_all(void)
{
    __asm__ volatile("pushal\n\t"
                     "pushl %%eax\n\t"
                     "pushl 32(%%eax)\n\t"
                     "pushl 28(%%eax)\n\t"
                     "movl 4(%%eax), %%ebx\n\t"
                     "movl 8(%%eax), %%ecx\n\t"
                     "movl 12(%%eax), %%edx\n\t"
                     "movl 16(%%eax), %%esi\n\t"
                     "movl 20(%%eax), %%edi\n\t"
                     "movl 24(%%eax), %%ebp\n\t"
                     "movl (%%eax), %%eax\n\t"
                     "cmpl $0, 4(%%esp)\n\t"
                     "je 1f\n\t"
                     "cmpl $1, 4(%%esp)\n\t"
                     "je 3f\n\t"
                     "popfl\n\t"
                     "call *(%%esp)\n\t"
                     "jmp 2f\n"
                     "3:\n\t"
                     "popfl\n"
                     "4:\n\t"
                     "jmp 4b\n\t"
                     "jmp 2f\n"
                     "1:\n\t"
                     "popfl\n\t"
                     "int $0x80\n"
                     "2:\n\t"
                     "pushfl\n\t"
                     "cld\n\t"
                     "pushl %%eax\n\t"
                     "movl 12(%%esp), %%eax\n\t"
                     "popl 36(%%eax)\n\t"
                     "movl %%ebx, 40(%%eax)\n\t"
                     "movl %%ecx, 44(%%eax)\n\t"
                     "movl %%edx, 48(%%eax)\n\t"
                     "movl %%esi, 52(%%eax)\n\t"
                     "movl %%edi, 56(%%eax)\n\t"
                     "movl %%ebp, 60(%%eax)\n\t"
                     "popl 64(%%eax)\n\t"
                     "addl $8, %%esp\n\t"
                     "popal"
                     :
                     : "a"(&frame)
                     : "memory", "cc");
}

static int all_kept(void)
{
    return frame.in.ebx == frame.out.ebx && frame.in.ecx == frame.out.ecx &&
           frame.in.edx == frame.out.edx && frame.in.esi == frame.out.esi &&
           frame.in.edi == frame.out.edi && frame.in.ebp == frame.out.ebp;
}

static void try_call(const char *what, int number)
{
    frame.in = (struct registers){number,     0x11111111, 0x22222222, 0x33333333,
                                  0x44444444, 0x55555555, 0x66666666, ALL_FLAGS};
    call_with_all();
    const struct registers out = frame.out;
    const int kept = all_kept();
    const int child = number == FORK && out.eax == 0;
    if (number == FORK && !child)
        wait(NULL); /* the child's line comes first */
    say("%s%s: registers %s, flags %#x\n", what, child ? " in the child" : "",
        kept ? "kept" : "lost", out.flags & 0xfff);
    if (child)
        _exit(0);
    if (number == NO_CALL)
        say("no such call: %d\n", (int)out.eax);
}

__attribute__((used)) static unsigned int flags_in_handler;

/* Two handlers that lose every register; a program that jumps on the spot goes on behind that. EIP
 * lies in the frame itself, or, with SA_SIGINFO, in what the third argument points to. */
__asm__("handler:\n\t"
        "leal 8+56(%esp), %eax\n\t"
        "jmp 1f\n"
        "handler_with_info:\n\t"
        "movl 12(%esp), %eax\n\t"
        "leal 20+56(%eax), %eax\n"
        "1:\n\t"
        "pushfl\n\t"
        "popl %ecx\n\t"
        "call 2f\n"
        "2:\n\t"
        "popl %edx\n\t"
        "movl %ecx, flags_in_handler-2b(%edx)\n\t"
        "movl (%eax), %edx\n\t"
        "cmpw $0xfeeb, (%edx)\n\t"
        "jne 3f\n\t"
        "addl $2, (%eax)\n"
        "3:\n\t"
        "movl $-1, %eax\n\t"
        "movl %eax, %ebx\n\t"
        "movl %eax, %ecx\n\t"
        "movl %eax, %edx\n\t"
        "movl %eax, %esi\n\t"
        "movl %eax, %edi\n\t"
        "movl %eax, %ebp\n\t"
        "testl %eax, %eax\n\t"
        "ret\n");

__attribute__((visibility("hidden"))) extern void handler(int), handler_with_info(int);

static void install(void (*function)(int), int flags)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = function;
    action.sa_flags = flags;
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGALRM, &action, NULL);
}

static void show_signal(const char *what)
{
    call_with_all();
    say("%s: EAX %#x, registers %s, flags %#x, DF in the handler: %d\n", what, frame.out.eax,
        all_kept() ? "kept" : "lost", frame.out.flags & 0xfff, (flags_in_handler & DIRECTION) != 0);
}

/* A signal that the program sends itself comes at the end of a call, a timer's anywhere. */
static void try_signals(const char *what, void (*function)(int), int flags)
{
    /* Again and again: the first may come before the program jumps on the spot. */
    const struct itimerval every_20_ms = {{0, 20000}, {0, 20000}}, none = {{0, 0}, {0, 0}};
    const unsigned int entries[] = {0, raw_find_sysinfo()};
    say("%s\n", what);
    install(function, flags);
    frame.in = (struct registers){
        KILL,     (unsigned int)getpid(), SIGUSR1, 0x33333333, 0x44444444, 0x55555555, 0x66666666,
        ALL_FLAGS};
    for (int i = 0; i < 2; i++) {
        frame.entry = entries[i];
        show_signal(entries[i] ? "kill through the page" : "kill by int 0x80");
    }
    frame.in = (struct registers){0x77777777, 0x11111111, 0x22222222, 0x33333333,
                                  0x44444444, 0x55555555, 0x66666666, ALL_FLAGS};
    frame.entry = ENDLESS;
    setitimer(ITIMER_REAL, &every_20_ms, NULL);
    show_signal("a timer");
    setitimer(ITIMER_REAL, &none, NULL);
}

int main(void)
{
    const unsigned int entries[] = {0, raw_find_sysinfo()};
    for (int i = 0; i < 2; i++) {
        frame.entry = entries[i];
        say(entries[i] ? "through the page\n" : "by int 0x80\n");
        try_call("getpid", GETPID);
        try_call("sched_yield", SCHED_YIELD);
        try_call("no such call", NO_CALL);
        try_call("fork", FORK);
    }
    try_signals("a handler", handler, 0);
    try_signals("a handler with SA_SIGINFO", handler_with_info, SA_SIGINFO);
    return 0;
}
