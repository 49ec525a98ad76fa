/* proc/preempt.c: the clock takes the CPU away from a program: each in its turn, a tick long. */

#include "cpu/wake.h"
#include "dev/clock.h"
#include "kernel/kernel.h"
#include "proc/process.h"
#include "proc/sleep.h"

/* The kernel itself is never interrupted but where it waits. */
void preempt(const struct pt_regs *regs)
{
    if ((regs->cs & 3) == 3) {
        process_yield();
    }
}

void clock_tick(struct pt_regs *regs)
{
    timer_interrupt();
    clock_tick_update();
    sleepers_wake();
    cpu_wake_others(); /* only one CPU gets the clock's interrupts */
    preempt(regs);
}
