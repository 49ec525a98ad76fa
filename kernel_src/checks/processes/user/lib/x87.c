/* user/lib/x87.c: numbers in the x87 and SSE registers (SDM 1 8.1, 10.2). */

#include "user/include/x87.h"

#include "user/include/start.h"
#include "user/include/user.h"

#define CONTROL_FRESH 0x037f /* FNINIT: every exception masked, 64 bits, to the nearest */
#define CONTROL_OF(seed) (0x037f | ((seed) % 4) << 10) /* a rounding mode */
#define MXCSR_FRESH 0x1f80
#define MXCSR_OF(seed) (0x1f80 | ((seed) % 4) << 13)
#define TAGS_EMPTY 0xffff
#define SSE (CPUID_FXSR | CPUID_SSE) /* an emulator can have the one without the other */

/* What FNSTENV stores. */
struct environment {
    uint32_t control, status, tags, rest[4];
};

static int has(uint32_t features)
{
    return (auxv_value(AT_HWCAP) & features) == features;
}

int x87_usable(void)
{
    return has(CPUID_FPU);
}

static void sse_load(uint32_t seed)
{
    uint32_t word[4] = {seed, ~seed, seed * 3, seed * 5};
    uint32_t mxcsr = MXCSR_OF(seed);

    __asm__ volatile("ldmxcsr %0\n\tmovups %1, %%xmm0\n\tmovups %1, %%xmm7"
                     :
                     : "m"(mxcsr), "m"(word));
}

void x87_load(uint32_t seed)
{
    uint16_t control = (uint16_t)CONTROL_OF(seed);

    __asm__ volatile("fninit\n\tfldcw %0" : : "m"(control));
    for (uint32_t i = 0; i < 8; i++) {
        uint32_t number = seed + i;
        __asm__ volatile("fildl %0" : : "m"(number));
    }
    if (has(SSE)) {
        sse_load(seed);
    }
}

static int sse_holds(uint32_t seed)
{
    uint32_t first[4], last[4], mxcsr;

    __asm__ volatile("stmxcsr %0\n\tmovups %%xmm0, %1\n\tmovups %%xmm7, %2"
                     : "=m"(mxcsr), "=m"(first), "=m"(last));
    return mxcsr == MXCSR_OF(seed) && first[0] == seed && first[1] == ~seed &&
           first[2] == seed * 3 && last[0] == seed && last[3] == seed * 5;
}

int x87_holds(uint32_t seed)
{
    uint16_t control;
    uint32_t wrong = 0;

    __asm__ volatile("fnstcw %0" : "=m"(control));
    for (uint32_t i = 0; i < 8; i++) {
        uint32_t number;
        __asm__ volatile("fistl %0\n\tfincstp" : "=m"(number));
        wrong |= number ^ (seed + 7 - i);
    }
    return wrong == 0 && control == CONTROL_OF(seed) && (!has(SSE) || sse_holds(seed));
}

int x87_is_fresh(void)
{
    struct environment environment;
    uint32_t mxcsr = MXCSR_FRESH;
    uint32_t word[4] = {0};

    __asm__ volatile("fnstenv %0\n\tfldenv %0" : "=m"(environment));
    if (has(SSE)) {
        __asm__ volatile("stmxcsr %0\n\tmovups %%xmm0, %1" : "=m"(mxcsr), "=m"(word));
    }
    return (environment.control & 0xffff) == CONTROL_FRESH && (environment.status & 0xffff) == 0 &&
           (environment.tags & 0xffff) == TAGS_EMPTY && mxcsr == MXCSR_FRESH &&
           (word[0] | word[1] | word[2] | word[3]) == 0;
}
