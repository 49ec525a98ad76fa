/* lib/sysenter_rule.h: may SYSENTER be used on this CPU? */
#pragma once

#include "cpu/cpuid.h"
#include "include/constants.h"
#include "lib/string.h"

/* CPUID says so in the bit SEP, but the first steppings of Intel's Pentium Pro say it without having the
 * instruction (SDM 2B, SYSENTER; Linux arch/x86/kernel/cpu/intel.c). */
static inline int sysenter_usable(const struct cpu_features *cpu)
{
    int is_intel = strcmp(cpu->vendor, "GenuineIntel") == 0;

    if ((cpu->leaf1_edx & CPUID_SEP) == 0) {
        return 0;
    }
    return !(is_intel && cpu->signature < SYSENTER_MIN_SIGNATURE);
}
