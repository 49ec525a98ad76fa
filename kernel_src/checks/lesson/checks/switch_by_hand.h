/* checks/switch_by_hand.h: what belongs to a switch beside context_switch(). */
#pragma once

#include "cpu/cpu.h"
#include "include/x86.h"
#include "mm/mm.h"
#include "proc/process.h"

static inline void switch_begin(struct process *next)
{
    cr3_write(virt_to_phys(next->page_directory));
    tss.esp0 = (uint32_t)next;
}

static inline void switch_end(uint32_t result)
{
    (void)result; /* the process that was left is in its own variables */
}
