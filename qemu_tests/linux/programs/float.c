/* float.c: FPU and SSE registers belong to a process, over switches, forks and signals. */
#pragma GCC target("sse")
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"

#define ROUNDS 200

static volatile int handled;
static volatile unsigned int word_in_handler, sse_in_handler;

/* Sums of 1/i, kept on the FPU's stack and in XMM registers while the other process is at it. */
static unsigned int work(int seed, int there, int back)
{
    double x87 = seed;
    float sse = (float)seed;
    char byte = 0;
    for (int i = 1; i <= ROUNDS; i++) {
        float part = 1.0f / (float)(i + seed);
        x87 += 1.0 / (i + seed);
        __asm__ volatile("addss %1, %0" : "+x"(sse) : "x"(part));
        if (write(there, &byte, 1) != 1 || read(back, &byte, 1) != 1)
            return 0;
    }
    return (unsigned int)(x87 * 10000000) ^ (unsigned int)(sse * 1000);
}

static unsigned int control_word(void)
{
    unsigned short word;
    __asm__ volatile("fnstcw %0" : "=m"(word));
    return word;
}

static unsigned int control_of_sse(void)
{
    unsigned int word;
    __asm__ volatile("stmxcsr %0" : "=m"(word));
    return word & 0xffc0; /* not the flags of what has happened */
}

static void handler(int number)
{
    float zero = 0;
    unsigned short control = 0x0f7f; /* truncate */
    unsigned int mxcsr = 0x7f80;
    word_in_handler = control_word();
    sse_in_handler = control_of_sse();
    __asm__ volatile("fninit; fldcw %0; fldpi; ldmxcsr %1; movss %2, %%xmm7"
                     :
                     : "m"(control), "m"(mxcsr), "m"(zero)
                     : "xmm7");
    handled = number;
}

static void signal_between(void)
{
    float two = 2, kept;
    unsigned short control = 0x077f; /* round down */
    unsigned int mxcsr = 0x3f80;
    int one, result;
    signal(SIGUSR1, handler);
    /* kill by int 0x80, with a value on the FPU's stack and one in XMM7 */
    __asm__ volatile("fninit; fldcw %7; ldmxcsr %8; fld1; movss %4, %%xmm7; int $0x80; "
                     "movss %%xmm7, %0; fistpl %1"
                     : "=m"(kept), "=m"(one), "=a"(result)
                     : "2"(37), "m"(two), "b"(getpid()), "c"(SIGUSR1), "m"(control), "m"(mxcsr)
                     : "xmm7", "memory");
    say("kill gave %d\n", result);
    say("after a signal: %d %d, handled %d\n", (int)kept, one, handled);
    say("control words %#x %#x\n", control_word(), control_of_sse());
    say("in the handler %#x %#x\n", word_in_handler, sse_in_handler);
}

int main(void)
{
    int one[2], two[2];
    unsigned int sum;
    say("control words %#x %#x\n", control_word(), control_of_sse());
    if (pipe(one) || pipe(two))
        return 1;
    int child = fork();
    sum = child ? work(3, one[1], two[0]) : work(1000, two[1], one[0]);
    if (child == 0) {
        say("child %u\n", sum);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    say("parent %u\n", sum);
    signal_between();
    return 0;
}
