/* checks/cr0_x87.h: what CR0 must say about the x87. */
#pragma once

#include "cpu/cpu.h"

#define CR0_X87_TEXT "cr0.EM, MP, NE, TS: programs may use the x87, if there is one"

#define CR0_TS_BIT 0x00000008u

static inline int cr0_x87_good(uint32_t cr0)
{
    uint32_t bits = cr0 & (CR0_EM | CR0_MP | CR0_NE | CR0_TS_BIT);

    return cpu_features.leaf1_edx & CPUID_FPU ? bits == (CR0_MP | CR0_NE) : (bits & CR0_EM) != 0;
}
