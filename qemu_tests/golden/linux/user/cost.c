/* user/cost.c: what a system call costs that does nothing but come and go.
 *
 * Measured in ticks of the time stamp counter (SDM 3B 17.17, RDTSC). On QEMU with `-icount shift=0`
 * a tick is exactly one instruction; otherwise it is time. Each figure includes the three
 * instructions of the loop, which is shown by itself first.
 */

#include "user/include/gate.h"
#include "user/include/user.h"

#define ROUNDS 9

static uint32_t ticks(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return low; /* a round is far shorter than 2^32 ticks */
}

/* In assembly, to be as short as can be: COST_CALLS calls, with this instruction or none. */
static void cost_loop(void)
{
    uint32_t count = COST_CALLS;
    __asm__ volatile(".p2align 4\n\t"
                     "1: movl %1, %%eax\n\t"
                     "decl %0\n\t"
                     "jnz 1b"
                     : "+c"(count)
                     : "i"(NR_getpid)
                     : "eax", "memory");
}

static void cost_page(void)
{
    uint32_t count = COST_CALLS;
    __asm__ volatile(".p2align 4\n\t"
                     "1: movl %1, %%eax\n\t"
                     "call *%2\n\t"
                     "decl %0\n\t"
                     "jnz 1b"
                     : "+c"(count)
                     : "i"(NR_getpid), "r"(fast_gate)
                     : "eax", "memory");
}

static void cost_int80(void)
{
    uint32_t count = COST_CALLS;
    __asm__ volatile(".p2align 4\n\t"
                     "1: movl %1, %%eax\n\t"
                     "int $0x80\n\t"
                     "decl %0\n\t"
                     "jnz 1b"
                     : "+c"(count)
                     : "i"(NR_getpid)
                     : "eax", "memory");
}

/* Hundredths of a tick for one turn, the best of ROUNDS rounds: nothing came in between. */
static void measure(const char *name, void (*loop)(void))
{
    uint32_t best = UINT32_MAX;

    for (int round = 0; round < ROUNDS; round++) {
        uint32_t start = ticks();
        loop();
        uint32_t taken = ticks() - start;
        best = taken < best ? taken : best;
    }
    best /= COST_CALLS / 100;
    print("# cost %s %u.%02u\n", name, best / 100, best % 100);
}

int main(void)
{
    print("# null system call (getpid) in ticks, best of %d rounds:\n", ROUNDS);
    measure("loop", cost_loop);
    measure("page", cost_page);
    measure("int80", cost_int80);
    return 0;
}
