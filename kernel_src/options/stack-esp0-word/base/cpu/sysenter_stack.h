/* cpu/sysenter_stack.h: what MSR_IA32_SYSENTER_ESP holds: the address of esp0 in the TSS. */
#pragma once

#include "include/structs.h"

static inline uint32_t sysenter_stack(const struct cpu *cpu)
{
    return (uint32_t)&cpu->tss.esp0;
}
