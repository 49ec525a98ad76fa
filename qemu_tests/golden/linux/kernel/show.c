/* kernel/show.c: what a reader wants to see at the start, each from its table. */

#include "cpu/cpu.h"
#include "kernel/kernel.h"
#include "lib/lib.h"
#include "mm/mm.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

/* SDM 2A, CPUID, table 3-11. */
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

static void show_cpu(void)
{
    print("# cpu: %s, signature 0x%x, features:", cpu_features.vendor, cpu_features.signature);
    for (uint32_t i = 0; i < LENGTH(features); i++) {
        if (cpu_features.leaf1_edx & features[i].bit) {
            print(" %s", features[i].name);
        }
    }
    print("\n");
}

static const struct {
    uint32_t selector;
    const char *text;
} segments[] = {
    {SEL_KERNEL_CODE, "kernel code"},
    {SEL_KERNEL_DATA, "kernel data"},
    {SEL_USER_CODE, "user code"},
    {SEL_USER_DATA, "user data"},
    {SEL_TSS, "tss"},
    {SEL_DOUBLE_FAULT_TSS, "double fault tss"},
};

/* The GDT of the first CPU, as the CPU sees it. */
static void show_gdt(void)
{
    print("# gdt: selector  descriptor\n");
    for (uint32_t i = 0; i < LENGTH(segments); i++) {
        uint64_t descriptor = cpus[0].gdt[segments[i].selector / 8];
        print("#      0x%02x      %08x%08x  %s\n", segments[i].selector,
              (uint32_t)(descriptor >> 32), (uint32_t)descriptor, segments[i].text);
    }
}

/* The fields that matter. */
static void show_tss(void)
{
    const struct tss *tss = &cpus[0].tss;

    print("# tss at %08x: ss0 0x%02x, esp0 %08x, iomap_base 0x%04x\n", (uint32_t)tss, tss->ss0,
          tss->esp0, tss->iomap_base);
}

/* What lies where in the 4 GiB that a program and the kernel see. */
static const struct {
    uint32_t start, last;
    const char *access; /* r, w, x: read, write, execute; u: by ring 3 */
    const char *text;
} regions[] = {
    { 0x00000000, 0x0000ffff, "-",    "nothing: so that a NULL pointer faults" },
    { 0x00010000, 0xafffffff, "rwxu", "program: the segments of its ELF file" },
    { 0xbf800000, 0xbfffffff, "rw-u", "user stack: grows down from its end, up to here" },
    { 0xc0000000, 0xefffffff, "rwx",  "direct map: physical memory from 0; the kernel" },
    { 0xf0000000, 0xf03fffff, "rw-",  "kernel stacks: a guard page below each" },
    { 0xffffe000, 0xffffefff, "r-xu", "vsyscall: the same page for every process" },
    { 0xffffd000, 0xffffdfff, "r--u", "clock data: what the vDSO tells the time from" },
};

static void show_memory(void)
{
    print("# memory: %u KiB usable, %u KiB in use\n", frames_total() * (PAGE_SIZE / 1024),
          frames_used() * (PAGE_SIZE / 1024));
    for (uint32_t i = 0; i < LENGTH(regions); i++) {
        print("#   %08x-%08x %s %s\n", regions[i].start, regions[i].last, regions[i].access,
              regions[i].text);
    }
}

void show_machine(void)
{
    show_cpu();
    show_gdt();
    show_tss();
    show_sysenter();
    show_memory();
    show_vsyscall();
}
