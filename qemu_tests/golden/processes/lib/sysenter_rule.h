/* lib/sysenter_rule.h: may SYSENTER be used on this CPU? */
#pragma once

#include "cpu/cpu.h"
#include "include/constants.h"
#include "lib/lib.h"

/* CPUID says so in the bit SEP, but Intel's Pentium Pro says it without having the instruction:
 * every CPU of Intel's before family 6, model 3, stepping 3, which is signature 0x633 (SDM 2B,
 * SYSENTER; Linux arch/x86/kernel/cpu/intel.c). AMD's CPUs with low signatures do have it. */
static inline int sysenter_usable(const struct cpu_features *cpu)
{
    int is_intel = strcmp(cpu->vendor, "GenuineIntel") == 0;

    if ((cpu->leaf1_edx & CPUID_SEP) == 0) {
        return 0;
    }
    return !(is_intel && cpu->signature < SYSENTER_MIN_SIGNATURE);
}
