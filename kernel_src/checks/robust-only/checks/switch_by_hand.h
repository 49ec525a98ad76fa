/* checks/switch_by_hand.h: what belongs to a switch beside context_switch(). */
#pragma once

#include "cpu/cpu.h"
#include "include/x86.h"
#include "mm/mm.h"
#include "proc/process.h"

/* There is one process that waits, and one CPU. */
static inline void switch_begin(struct process *next)
{
    queue_pop();
    next->cpu = this_cpu();
    next->state = PROCESS_RUNNING;
    cr3_write(virt_to_phys(next->page_directory));
    tss_set_esp0(next->cpu, next);
}

static inline void switch_end(uint32_t result)
{
    switch_finished((struct process *)result);
}
