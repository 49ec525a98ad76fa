/* checks/cr0_x87.h: what CR0 must say about the x87, and CR4 about SSE. */
#pragma once

#include "cpu/cpu.h"

#define CR0_X87_TEXT "cr0.EM, MP, NE, TS, cr4.OSFXSR, OSXMMEXCPT: programs may use x87 and SSE"

#define CR0_TS_BIT 0x00000008u

static inline int cr0_x87_good(uint32_t cr0)
{
    uint32_t bits = cr0 & (CR0_EM | CR0_MP | CR0_NE | CR0_TS_BIT);
    uint32_t sse = CR4_OSFXSR | CR4_OSXMMEXCPT, cr4 = sse;
    uint32_t all = CPUID_FPU | CPUID_FXSR | CPUID_SSE; /* an emulator can have some of them alone */

    if ((cpu_features.leaf1_edx & all) == all) {
        __asm__ volatile("movl %%cr4, %0" : "=r"(cr4));
    }
    if ((cr4 & sse) != sse) {
        return 0;
    }
    return cpu_features.leaf1_edx & CPUID_FPU ? bits == (CR0_MP | CR0_NE) : (bits & CR0_EM) != 0;
}
