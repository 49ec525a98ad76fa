/* raised.c: exceptions of the x87, and what of its and of SSE's state a handler may change. */
#pragma GCC target("sse")
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>
#include "say.h"

#define MASKS 0x3f
#define DENORMAL 2 /* the bit of the status word, and of its mask */
#define SUMMARY 0x80

/* The words of a frame's state: first as FNSAVE has it, behind that as FXSAVE. */
enum { CONTROL = 0, STATUS = 1, TAGS = 2, KEPT_STATUS = 27, MXCSR = 28 + 6 };

static volatile uint32_t given = 0x1f80; /* MXCSR that a handler puts in place */

static void tell(int number, siginfo_t *info, void *context)
{
    uint32_t *words = (uint32_t *)((ucontext_t *)context)->uc_mcontext.fpregs;
    say("  signal %d, code %d, status %#x %#x, control %#x, magic %#x, MXCSR %#x\n", number,
        info->si_code, (unsigned)words[STATUS] & 0xff, (unsigned)words[KEPT_STATUS] & 0xff,
        (unsigned)words[CONTROL] & 0xffff, (unsigned)words[KEPT_STATUS] >> 16,
        (unsigned)words[MXCSR]);
    words[CONTROL] |= MASKS;
    words[STATUS] &= ~0xffu;
    words[MXCSR] = given;
}

static volatile double zero = 0, one = 1, three = 3, tiny = 1e-300, huge = 1e300, result;

static void divide(double by, double what)
{
    __asm__ volatile("fldl %1\n\tfdivl %2\n\tfstpl %0\n\tfwait"
                     : "=m"(result)
                     : "m"(what), "m"(by));
}

static void multiply(double by, double what)
{
    __asm__ volatile("fldl %1\n\tfmull %2\n\tfstpl %0\n\tfwait"
                     : "=m"(result)
                     : "m"(what), "m"(by));
}

/* As if an operand had been denormal, of which QEMU 10.0 and those before it do not tell. */
static void denormal(void)
{
    uint32_t state[7]; /* as FNSTENV has it */
    __asm__ volatile("fnstenv %0" : "=m"(state));
    state[STATUS] |= state[CONTROL] & DENORMAL ? DENORMAL : DENORMAL | SUMMARY;
    __asm__ volatile("fldenv %0\n\tfwait" : : "m"(state));
}

static void x87(void)
{
    for (int i = 0; i < 6; i++) {
        const unsigned short control = (unsigned short)(0x0240 | (MASKS & ~(1 << i)));
        say("x87 %d\n", i);
        __asm__ volatile("fninit\n\tfldcw %0" : : "m"(control));
        divide(i == 2 ? zero : three, one);
        divide(zero, i == 0 ? zero : one);
        denormal();
        multiply(huge, huge);
        multiply(tiny, tiny);
        __asm__ volatile("fninit");
    }
}

/* Bits that MXCSR does not have are not given back to the CPU. */
static void bits(void)
{
    uint32_t control;
    say("bits\n");
    given = 0xffffe040;
    raise(SIGUSR1);
    __asm__ volatile("stmxcsr %0" : "=m"(control));
    say("  MXCSR %#x\n", (unsigned)control);
    control = given = 0x1f80;
    __asm__ volatile("ldmxcsr %0" : : "m"(control));
}

static void *elsewhere;

static void move(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    ((ucontext_t *)context)->uc_mcontext.fpregs = elsewhere;
}

/* The state may be given back from anywhere; from nowhere is an error, and none leaves it. */
static void places(void)
{
    struct sigaction action;
    int status;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = move;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGUSR2, &action, NULL);
    say("places\n");
    for (int i = 0; i < 3; i++) {
        if (fork() == 0) {
            unsigned short control = 0x0f7f;
            elsewhere = i == 0 ? (void *)16 : NULL;
            if (i == 2) {
                elsewhere =
                    mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                ((uint32_t *)elsewhere)[CONTROL] = 0xffff077f;
                ((uint32_t *)elsewhere)[TAGS] = 0xffffffff;
            }
            __asm__ volatile("fninit\n\tfldcw %0" : : "m"(control));
            raise(SIGUSR2);
            __asm__ volatile("fnstcw %0" : "=m"(control));
            say("  control %#x\n", control);
            _exit(0);
        }
        wait(&status);
        say("  %#x\n", (unsigned)status);
    }
}

int main(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = tell;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGFPE, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
    x87();
    bits();
    places();
    return 0;
}
