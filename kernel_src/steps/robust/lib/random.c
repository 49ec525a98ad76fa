/* lib/random.c: numbers that are spread out.
 *
 * Fit for spreading addresses, not for keys: xorshift32 (Marsaglia, "Xorshift RNGs", 2003), stirred
 * at every use with the time stamp counter or, on a CPU without one, the timer chip. On an emulator
 * whose clock counts instructions two runs give the same numbers.
 */

#include "lib/random.h"

#include "cpu/cpu.h"
#include "include/lock.h"
#include "include/x86.h"

#define PIT_LATCH_CHANNEL_0 0x00
#define SEED 0x9e3779b9 /* any number but 0 */

static struct lock lock;
static uint32_t state = SEED;

static uint32_t moment(void)
{
    uint32_t low, high;

    if (cpu_features.leaf1_edx & CPUID_TSC) {
        __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
        return low;
    }
    outb(PIT_COMMAND, PIT_LATCH_CHANNEL_0);
    low = inb(PIT_CHANNEL_0);
    return low | (uint32_t)inb(PIT_CHANNEL_0) << 8;
}

uint32_t random_u32(void)
{
    lock_acquire(&lock);
    state += moment();
    state = state ? state : SEED;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    uint32_t value = state;
    lock_release(&lock);
    return value;
}
