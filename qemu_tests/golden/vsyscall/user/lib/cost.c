/* user/lib/cost.c: measuring in ticks of the time stamp counter. */

#include "user/include/cost.h"

#include "user/include/user.h"

static uint32_t ticks(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return low; /* a round is far shorter than 2^32 ticks */
}

uint32_t cost_of(void (*loop)(void))
{
    uint32_t best = UINT32_MAX;

    for (int round = 0; round < COST_ROUNDS; round++) {
        uint32_t start = ticks();
        loop();
        uint32_t taken = ticks() - start;
        best = taken < best ? taken : best;
    }
    return best / (COST_CALLS / 100);
}

void cost_show(const char *name, uint32_t hundredths)
{
    print("# cost %-8s %u.%02u\n", name, hundredths / 100, hundredths % 100);
}
