/* cpu/tlb.c: making other CPUs forget what they remember of page tables (SDM 3A 4.10.5).
 *
 * Threads have one address space and may run on several CPUs. Each of these remembers page table
 * entries that another one changes. It is sent an interrupt; one that is in the kernel, where no
 * interrupt comes through, waits for the kernel lock, and looks there.
 */

#include "cpu/tlb.h"

#include "cpu/cpu.h"
#include "cpu/wake.h"
#include "proc/process.h"

static volatile uint32_t asked; /* a bit for each CPU that still has to forget */

static uint32_t other_users(const struct space *space)
{
    uint32_t users = 0;

    for (uint32_t i = 0; i < CPU_COUNT; i++) {
        const struct process *running = cpus[i].running;
        if (&cpus[i] != this_cpu() && running && running->space == space) {
            users |= 1u << i;
        }
    }
    return users;
}

void tlb_obey(void)
{
    uint32_t bit = 1u << this_cpu()->index;

    if (asked & bit) {
        cr3_write(cr3_read());
        __sync_fetch_and_and(&asked, ~bit);
    }
}

void tlb_flush(const struct space *space)
{
    uint32_t users = other_users(space);

    cr3_write(cr3_read());
    if (users == 0) {
        return;
    }
    __sync_fetch_and_or(&asked, users);
    cpu_wake_others();
    while (asked & users) {
        __asm__ volatile("pause");
    }
}
