/* sys/check_cpu.h: what this CPU can do, for checks in the kernel and in programs alike.
 *
 * Asked here once more, and not of the kernel, whose word is what is being checked.
 */
#pragma once

#include <stdint.h>

#include "include/constants.h"

struct check_cpu {
    uint32_t signature, features;
    char vendor[13];
};

static inline struct check_cpu check_cpu(void)
{
    struct check_cpu cpu = {0};
    uint32_t flags, leaves, ebx, ecx;

    /* A 486 may have CPUID, or EFLAGS.ID cannot be changed. */
    __asm__ volatile("pushfl\n\tpushfl\n\txorl %1, (%%esp)\n\tpopfl\n\t"
                     "pushfl\n\tpopl %0\n\txorl (%%esp), %0\n\tpopfl"
                     : "=&r"(flags)
                     : "i"(EFLAGS_ID)
                     : "cc");
    if ((flags & EFLAGS_ID) == 0) {
        return cpu;
    }
    __asm__ volatile("cpuid"
                     : "=a"(leaves), "=b"(*(uint32_t *)&cpu.vendor[0]),
                       "=d"(*(uint32_t *)&cpu.vendor[4]), "=c"(*(uint32_t *)&cpu.vendor[8])
                     : "a"(0), "c"(0));
    if (leaves >= 1) {
        __asm__ volatile("cpuid"
                         : "=a"(cpu.signature), "=b"(ebx), "=c"(ecx), "=d"(cpu.features)
                         : "a"(1), "c"(0));
    }
    return cpu;
}

/* SDM 2B, SYSENTER: no CPU of Intel's has it before family 6, model 3, stepping 3. The manual
 * speaks of family 6 alone, as none before that says that it has it; an emulator's can be told
 * to. */
static inline int check_cpu_has_sysenter(const struct check_cpu *cpu)
{
    int false_claim = cpu->signature < 0x633;

    for (uint32_t i = 0; i < sizeof cpu->vendor; i++) {
        false_claim &= cpu->vendor[i] == "GenuineIntel"[i];
    }
    return (cpu->features & CPUID_SEP) && !false_claim;
}
