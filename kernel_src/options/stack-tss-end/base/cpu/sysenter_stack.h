/* cpu/sysenter_stack.h: MSR_IA32_SYSENTER_ESP: the end of the emergency stack behind the TSS. */
#pragma once

#include "include/structs.h"

static inline uint32_t sysenter_stack(const struct cpu *cpu)
{
    return (uint32_t)cpu + CPU_EMERGENCY_STACK_END;
}
