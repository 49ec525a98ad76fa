/* sys/check_arguments.h: what a test program can ask by its first check_arguments() argument. */
#pragma once

#include <stdint.h>

#define CHECK_ASK_FLAGS 0xa5c00001u /* EFLAGS as the kernel has them during the call */
#define CHECK_ASK_TURNS 0xa5c00002u /* how often another process asked this than the time before */
#define CHECK_ASK_SELECTORS 0xa5c00003u /* DS and ES as the kernel has them during the call */
#define CHECK_ASK_CPU 0xa5c00004u       /* index of the CPU, which also notes that it was here */
#define CHECK_ASK_FRAMES 0xa5c00005u    /* page frames in use */
#define CHECK_ASK_ALL_FRAMES 0xa5c00006u
#define CHECK_ASK_PROCESSES 0xa5c00007u /* how many there are, if somebody counts them */

/* DS in the upper half, ES in the lower. */
static inline uint32_t check_selectors_now(void)
{
    uint32_t ds, es;

    __asm__ volatile("movl %%ds, %0\n\tmovl %%es, %1" : "=r"(ds), "=r"(es));
    return (ds & 0xffff) << 16 | (es & 0xffff);
}

/* All six arguments, mixed so that no two can change places unseen. */
static inline uint32_t check_mix(uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e,
                                 uint32_t f)
{
    return (((((a * 31 + b) * 31 + c) * 31 + d) * 31 + e) * 31 + f) & 0x7fffffff; /* no -errno */
}
