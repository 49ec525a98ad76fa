/* cpu/smp.c: starting the other CPUs (SDM 3A 8.4.4, "MP Initialization Example").
 *
 * After a reset one CPU runs the BIOS, and the others wait for messages: INIT resets them, and
 * STARTUP, with the number of a page below 1 MiB, makes them run there, in real mode as all CPUs
 * begin. That page gets a copy of cpu/trampoline.asm. Nobody need know beforehand how many there
 * are: each that arrives takes a number.
 */

#include "cpu/smp.h"

#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "dev/dev.h"
#include "include/x86.h"
#include "kernel/kernel.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "proc/process.h"

#define WAIT_HZ 1000      /* rate of the timer meanwhile: a tick is a millisecond */
#define INIT_TICKS 11     /* the SDM asks for 10 ms between INIT and STARTUP */
#define STARTUP_TICKS 2   /* and for 200 us between the first STARTUP and the second */
#define ARRIVAL_TICKS 100 /* who has not come by then is not there */

extern const char smp_trampoline[], smp_trampoline_end[];

_Noreturn void smp_cpu_main(uint32_t index); /* called by cpu/trampoline.asm */

/* Both are used by cpu/trampoline.asm. */
uint32_t smp_arrived = 1;            /* CPUs that have taken a number; the first has 0 */
struct process *smp_idle[CPU_COUNT]; /* for each number the top of a kernel stack */

static void wait_ticks(uint32_t ticks)
{
    uint32_t start = timer_ticks;

    while (timer_ticks - start < ticks) {
        wait_for_interrupt();
    }
}

/* The other CPUs' first line of C, each with the kernel stack of its idle process. */
void smp_cpu_main(uint32_t index)
{
    struct cpu *cpu = &cpus[index];

    cpu->index = index;
    cpu->apic_id = apic_id();
    cpu_init(cpu);
    apic_enable();
    __atomic_store_n(&cpu->online, 1, __ATOMIC_RELEASE);
    for (;;) {
        process_idle();
    }
}

static uint32_t count_online(void)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < CPU_COUNT; i++) {
        count += __atomic_load_n(&cpus[i].online, __ATOMIC_ACQUIRE);
    }
    return count;
}

/* The CPUs that were asked for may not all exist: after a while no more numbers are given out. One
 * that has its number is waited for; one that comes later stays in the trampoline, which needs no
 * paging. */
static void wait_until_online(void)
{
    uint32_t start = timer_ticks;

    while (count_online() < CPU_COUNT && timer_ticks - start <= ARRIVAL_TICKS) {
        wait_for_interrupt();
    }
    uint32_t arrived = __atomic_exchange_n(&smp_arrived, CPU_COUNT, __ATOMIC_ACQ_REL);
    while (count_online() < (arrived < CPU_COUNT ? arrived : CPU_COUNT)) {
        wait_for_interrupt();
    }
}

static void stacks_alloc(void)
{
    for (uint32_t i = 1; i < CPU_COUNT; i++) {
        smp_idle[i] = kernel_stack_alloc();
        if (!smp_idle[i]) {
            panic("no memory for the stack of cpu %u", i);
        }
    }
}

void smp_start(void)
{
    cpus[0].online = 1;
    if (!apic_init()) {
        return;
    }
    apic_enable();
    cpus[0].apic_id = apic_id();
    stacks_alloc();
    memcpy(phys_to_virt(SMP_TRAMPOLINE_ADDR), smp_trampoline,
           (size_t)(smp_trampoline_end - smp_trampoline));
    /* Paging is switched on by code at its physical address: for this while both are the same. */
    kernel_page_directory[0] = kernel_page_directory[KERNEL_BASE >> 22];
    timer_set_rate(WAIT_HZ);
    apic_send_init();
    wait_ticks(INIT_TICKS);
    apic_send_startup(SMP_TRAMPOLINE_ADDR);
    wait_ticks(STARTUP_TICKS);
    apic_send_startup(SMP_TRAMPOLINE_ADDR);
    wait_until_online();
    timer_set_rate(TIMER_HZ);
    kernel_page_directory[0] = 0;
    cr3_write(virt_to_phys(kernel_page_directory));
}
