/* include/msr.h: model-specific registers (SDM 2B, RDMSR; 2D, WRMSR). */
#pragma once

#include <stdint.h>

static inline void msr_write(uint32_t msr, uint32_t value)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"(value), "d"(0) : "memory");
}

static inline uint32_t msr_read(uint32_t msr)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return low;
}
