/* checks/all_cpus.c: as many processes as CPUs, all calling at once. Each CPU must take part, with
 * its own TSS. */

#include "checks/cpu_note.h"
#include "cpu/cpu.h"
#include "include/x86.h"
#include "kernel/checks.h"
#include "kernel/suite.h"
#include "lib/ktap.h"
#include "proc/process.h"

#define MSR_ESP 0x175 /* MSR_IA32_SYSENTER_ESP: 0 in a kernel that does not write it */

struct __attribute__((packed)) table_register {
    uint16_t limit;
    uint32_t base;
};

struct note {
    volatile uint32_t visits;
    uint32_t gdt, task_register, sysenter_esp, cr0;
};

#define PATIENCE 5000000 /* turns of a loop: seconds */

static struct note notes[CPU_COUNT];

/* Until each CPU has a program: a fast one would run several, and leave nothing for the slowest.
 * Given up for good if one does not come. */
static void wait_for_the_others(void)
{
    static volatile uint32_t turns;

    for (uint32_t i = 0; i < CPU_COUNT; i++) {
        while (notes[i].visits == 0 && turns < PATIENCE) {
            turns++;
            __asm__ volatile("pause");
        }
    }
}

/* On the CPU that a program has just called from. */
void cpu_note(void)
{
    struct note *note = &notes[this_cpu()->index];
    struct table_register gdtr;
    uint32_t high;

    __asm__ volatile("sgdt %0" : "=m"(gdtr));
    note->gdt = gdtr.base;
    __asm__ volatile("str %w0" : "+r"(note->task_register));
    if (cpu_features.leaf1_edx & CPUID_MSR) {
        __asm__ volatile("rdmsr" : "=a"(note->sysenter_esp), "=d"(high) : "c"(MSR_ESP));
    }
    note->cr0 = cr0_read();
    note->visits++;
    wait_for_the_others();
}

static void check_cpu(uint32_t index)
{
    static char text[] = "cpu0 took part, with its own tables";
    const struct cpu *cpu = &cpus[index];
    const struct note *note = &notes[index];
    int good = cpu->online && cpu->index == index && note->visits > 0;

    text[3] = (char)('0' + index);
    if (index != 0 && (cpu_features.leaf1_edx & CPUID_APIC) == 0) {
        ktap_skip(text, "a CPU without a local APIC is alone");
        return;
    }
    good &= note->gdt == (uint32_t)cpu->gdt && note->task_register == SEL_TSS &&
            note->cr0 == notes[0].cr0;
    for (uint32_t other = 0; other < index; other++) {
        good &= note->gdt != notes[other].gdt;
        good &= note->sysenter_esp == 0 || note->sysenter_esp != notes[other].sysenter_esp;
        good &= (cpu->gdt[SEL_TSS / 8] & ~0x0000020000000000u) !=
                (cpus[other].gdt[SEL_TSS / 8] & ~0x0000020000000000u);
    }
    ktap_true(text, good);
}

int check_all_cpus(void)
{
    for (uint32_t i = 0; i < CPU_COUNT; i++) {
        notes[i] = (struct note){0};
    }
    int well = program_run("many-calls", CPU_COUNT, -1);

    ktap_plan(1 + CPU_COUNT);
    ktap_true("every call went well", well);
    for (uint32_t i = 0; i < CPU_COUNT; i++) {
        check_cpu(i);
    }
    return ktap_status();
}
