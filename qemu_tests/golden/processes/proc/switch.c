/* proc/switch.c: from one process to another: all that is its own and not on its kernel stack.
 *
 * The kernel lock stays with the CPU: whoever comes out of context_switch() has it.
 */

#include "proc/process.h"

#include "cpu/cpu.h"
#include "cpu/fpu.h"
#include "cpu/io_bitmap.h"
#include "include/kernel_lock.h"
#include "include/x86.h"
#include "mm/mm.h"

extern void context_switch(struct process *previous, struct process *next);

void process_begin(void); /* called by entry/return.asm */

void switch_to(struct process *next)
{
    struct process *previous = current_process();
    struct cpu *cpu = previous->cpu;

    next->cpu = cpu;
    if (next->state != PROCESS_IDLE) {
        next->state = PROCESS_RUNNING;
    }
    cr3_write(virt_to_phys(next->page_directory));
    /* Where int 0x80 and every interrupt begin. */
    tss_set_esp0(cpu, next);
    /* Which ports it may use. */
    io_bitmap_switch(cpu, next);
    /* Its x87 and SSE registers. */
    fpu_switch(previous, next);
    context_switch(previous, next);
}

/* A process that has never run comes out here. */
void process_begin(void)
{
    kernel_lock_release();
}

int process_yield(void)
{
    struct process *previous = current_process();
    struct process *next = queue_pop();

    if (!next) {
        return 0;
    }
    if (previous->state == PROCESS_RUNNING) {
        queue_push(previous);
    }
    switch_to(next);
    return 1;
}

void process_leave(void)
{
    struct process *next = queue_pop();

    switch_to(next ? next : this_cpu()->idle);
}

void process_idle(void)
{
    kernel_lock_acquire(); /* a CPU that has just been started does not have it yet */
    orphans_reap();
    if (!process_yield()) {
        kernel_lock_release();
        wait_for_interrupt();
        kernel_lock_acquire();
    }
}
