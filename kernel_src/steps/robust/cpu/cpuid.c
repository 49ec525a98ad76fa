/* cpu/cpuid.c: what the CPU says of itself (SDM 2A, CPUID). */

#include "cpu/cpuid.h"

struct cpu_features cpu_features;

/* A CPU has CPUID if EFLAGS.ID can be changed: a 386 or an early 486 holds it at 0. */
static int has_cpuid(void)
{
    uint32_t before, after;

    __asm__ volatile("pushfl; pushfl; xorl %2, (%%esp); popfl\n\t" /* with the bit changed */
                     "pushfl; popl %1; popl %0; pushl %0; popfl"
                     : "=&r"(before), "=&r"(after)
                     : "i"(EFLAGS_ID)
                     : "cc", "memory");
    return ((before ^ after) & EFLAGS_ID) != 0;
}

void cpu_identify(void)
{
    uint32_t vendor[3];
    uint32_t ebx, ecx;

    if (!has_cpuid()) {
        memcpy(cpu_features.vendor, "no CPUID", sizeof "no CPUID");
        return;
    }
    __asm__("cpuid"
            : "=a"(cpu_features.max_leaf), "=b"(vendor[0]), "=d"(vendor[1]), "=c"(vendor[2])
            : "a"(0));
    memcpy(cpu_features.vendor, vendor, sizeof vendor);
    if (cpu_features.max_leaf >= 1) {
        __asm__("cpuid"
                : "=a"(cpu_features.signature), "=b"(ebx), "=c"(ecx), "=d"(cpu_features.leaf1_edx)
                : "a"(1));
    }
}
