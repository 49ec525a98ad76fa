/* cpu/cpuid.h: what the CPU says of itself, and whether SYSENTER may be used on it. */
#pragma once

#include <stdint.h>

#include "include/constants.h"
#include "lib/lib.h"

struct cpu_features {
    uint32_t max_leaf;  /* 0: there is no CPUID, or it has nothing to say */
    uint32_t signature; /* family, model, stepping: CPUID leaf 1, EAX */
    uint32_t leaf1_edx; /* CPUID_ bits */
    char vendor[13];
    uint8_t smap; /* CR4.SMAP is set: see include/smap.inc */
};
extern struct cpu_features cpu_features;
void cpu_identify(void);

/* CPUID says so in the bit SEP, but Intel's Pentium Pro says it without having the instruction:
 * every CPU of Intel's before family 6, model 3, stepping 3, which is signature 0x633 (SDM 2B,
 * SYSENTER; Linux arch/x86/kernel/cpu/intel.c). AMD's CPUs with low signatures do have it. */
static inline int sysenter_usable(const struct cpu_features *cpu)
{
    int is_intel = strcmp(cpu->vendor, "GenuineIntel") == 0;

    return (cpu->leaf1_edx & CPUID_SEP) && !(is_intel && cpu->signature < SYSENTER_MIN_SIGNATURE);
}
