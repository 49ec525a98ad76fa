/* registers.c: a system call keeps every register but EAX, however the kernel is entered. */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "raw.h"
#include "say.h"

#define ALL_FLAGS 0xcd7 /* CF PF AF ZF SF DF OF */

enum { FORK = 2, GETPID = 20, SCHED_YIELD = 158, NO_CALL = 9999 };

struct registers {
    unsigned int eax, ebx, ecx, edx, esi, edi, ebp, flags;
};

/* What goes in, and what comes out; `entry` is 0 for int 0x80, or the address to call. */
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
                     "popfl\n\t"
                     "call *(%%esp)\n\t"
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
    return 0;
}
