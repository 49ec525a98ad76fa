/* kernel/show_cpu.c: the CPU and its features (SDM 2A, CPUID, table 3-11). */

#include "cpu/cpuid.h"
#include "include/constants.h"
#include "kernel/show.h"
#include "lib/print.h"

static const struct {
    uint32_t bit;
    const char *name;
} features[] = {
    {CPUID_FPU, "fpu"},     /* x87 on the chip */
    {CPUID_VME, "vme"},     /* virtual 8086 enhancements */
    {CPUID_PSE, "pse"},     /* 4 MiB pages */
    {CPUID_TSC, "tsc"},     /* time stamp counter: RDTSC */
    {CPUID_MSR, "msr"},     /* RDMSR and WRMSR */
    {CPUID_PAE, "pae"},     /* 36-bit physical addresses */
    {CPUID_CX8, "cx8"},     /* CMPXCHG8B */
    {CPUID_APIC, "apic"},   /* a local APIC */
    {CPUID_SEP, "sep"},     /* SYSENTER and SYSEXIT */
    {CPUID_PGE, "pge"},     /* global pages */
    {CPUID_CMOV, "cmov"},   /* conditional moves */
    {CPUID_MMX, "mmx"},
    {CPUID_FXSR, "fxsr"},   /* FXSAVE and FXRSTOR */
    {CPUID_SSE, "sse"},
    {CPUID_SSE2, "sse2"},
};

void show_cpu(void)
{
    print("# cpu: %s, signature 0x%x, features:", cpu_features.vendor, cpu_features.signature);
    for (uint32_t i = 0; i < sizeof features / sizeof features[0]; i++) {
        if (cpu_features.leaf1_edx & features[i].bit) {
            print(" %s", features[i].name);
        }
    }
    print("\n");
}
