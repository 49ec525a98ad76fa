/* proc/switch.c: from one process to another: all that is its own and not on its kernel stack. */

#include "proc/process.h"

#include "cpu/cpu.h"
#include "cpu/io_bitmap.h"
#include "cpu/wake.h"
#include "include/x86.h"
#include "mm/mm.h"

extern struct process *context_switch(struct process *previous, struct process *next);

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
    switch_finished(context_switch(previous, next));
}

/* Only now may another CPU take a process that gave up its own: its stack is no longer in use. */
void switch_finished(struct process *previous)
{
    if (previous->state == PROCESS_RUNNING) {
        queue_push(previous);
    } else if (previous->state == PROCESS_ENDING) {
        previous->state = PROCESS_ENDED;
        cpu_wake_others();
    }
}

int process_yield(void)
{
    struct process *next = queue_pop();

    if (next) {
        switch_to(next);
    }
    return next != NULL;
}

void process_idle(void)
{
    if (!process_yield()) {
        wait_for_interrupt();
    }
}
