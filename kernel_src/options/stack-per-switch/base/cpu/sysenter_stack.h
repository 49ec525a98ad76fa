/* cpu/sysenter_stack.h: what MSR_IA32_SYSENTER_ESP holds: esp0, until the next switch. */
#pragma once

#include "include/structs.h"

static inline uint32_t sysenter_stack(const struct cpu *cpu)
{
    return cpu->tss.esp0;
}
