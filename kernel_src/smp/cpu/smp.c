/* cpu/smp.c: starting the other CPUs (SDM 3A 8.4.4, "MP Initialization Example").
 *
 * After a reset one CPU runs the BIOS, and the others wait for messages: INIT resets one, and STARTUP, with the
 * number of a page below 1 MiB, makes it run there, in real mode as all CPUs begin. That page gets a copy of
 * cpu/trampoline.asm. They are started one after the other, so that each finds its stack in the same variable.
 */

#include "cpu/smp.h"

#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "cpu/mp_table.h"
#include "dev/timer.h"
#include "include/x86.h"
#include "kernel/panic.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/paging.h"
#include "proc/process.h"

#define START_TIMEOUT_TICKS (TIMER_HZ / 2)
#define INIT_TICKS 2 /* at least the 10 ms that the SDM asks for between INIT and STARTUP */

extern const char smp_trampoline[], smp_trampoline_end[];

_Noreturn void smp_cpu_main(void); /* called by cpu/trampoline.asm */

struct process *smp_idle; /* read by cpu/trampoline.asm: the top of the stack of the CPU that starts now */
static struct cpu *starting;

static void wait_ticks(uint32_t ticks)
{
    uint32_t start = timer_ticks;

    while (timer_ticks - start < ticks) {
        wait_for_interrupt();
    }
}

/* The other CPUs' first line of C, each with the kernel stack of its idle process. */
void smp_cpu_main(void)
{
    struct cpu *cpu = starting;

    cpu_init(cpu);
    apic_enable();
    __atomic_store_n(&cpu->online, 1, __ATOMIC_RELEASE);
    for (;;) {
        while (process_run_next()) {
        }
        wait_for_interrupt();
    }
}

static void cpu_start(struct cpu *cpu)
{
    uint32_t begin = timer_ticks;

    smp_idle = kernel_stack_alloc();
    if (!smp_idle) {
        panic("no memory for the stack of cpu %u", cpu->index);
    }
    starting = cpu;
    apic_send_startup(cpu->apic_id, SMP_TRAMPOLINE_ADDR);
    while (!__atomic_load_n(&cpu->online, __ATOMIC_ACQUIRE)) {
        if (timer_ticks - begin > START_TIMEOUT_TICKS) {
            panic("cpu %u with APIC ID %u does not start", cpu->index, cpu->apic_id);
        }
        wait_for_interrupt();
    }
}

void smp_start(void)
{
    uint32_t apic_ids[CPU_COUNT];

    cpus[0].online = 1;
    if (!apic_init()) {
        return;
    }
    apic_enable();
    cpus[0].apic_id = apic_id();
    uint32_t others = mp_table_cpus(cpus[0].apic_id, apic_ids, CPU_COUNT - 1);
    if (others == 0) {
        return;
    }
    memcpy(phys_to_virt(SMP_TRAMPOLINE_ADDR), smp_trampoline, (size_t)(smp_trampoline_end - smp_trampoline));
    /* Paging is switched on by code that lies at its physical address: for this while both are the same. */
    kernel_page_directory[0] = kernel_page_directory[KERNEL_BASE >> 22];
    for (uint32_t i = 0; i < others; i++) {
        cpus[1 + i].index = 1 + i;
        cpus[1 + i].apic_id = apic_ids[i];
        apic_send_init(apic_ids[i]);
    }
    wait_ticks(INIT_TICKS);
    for (uint32_t i = 0; i < others; i++) {
        cpu_start(&cpus[1 + i]);
    }
    kernel_page_directory[0] = 0;
    cr3_write(virt_to_phys(kernel_page_directory));
}
