/* kernel/debug.c: the debug exception, and what SYSENTER does to it (SDM 3A 6.15, 3B 17.2.3). */

#include "kernel/kernel.h"
#include "proc/process.h"

#define DR6_SINGLE_STEP 0x4000

static uint32_t dr6_take(void)
{
    uint32_t value;
    __asm__ volatile("movl %%db6, %0" : "=r"(value));
    __asm__ volatile("movl %0, %%db6" : : "r"(0)); /* the CPU leaves old bits in it */
    return value;
}

/*
 * A program that is being single-stepped (EFLAGS.TF) and executes SYSENTER arrives in the kernel
 * with TF still set: an interrupt would have cleared it. The trap then comes before the first
 * instruction of ring 0. Nobody meant to step through the kernel: clear TF here, and set it again
 * on the way out.
 */
void debug_exception(struct pt_regs *regs, uint32_t vector)
{
    if ((regs->cs & 3) == 0 && (dr6_take() & DR6_SINGLE_STEP)) {
        regs->eflags &= ~EFLAGS_TF;
        current_process()->work |= WORK_SINGLE_STEP;
        return;
    }
    trap_unexpected(regs, vector);
}
