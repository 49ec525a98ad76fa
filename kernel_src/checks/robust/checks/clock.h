/* checks/clock.h: what the clock does when no check looks at it. */
#pragma once

#include "kernel/kernel.h"

#define TICK_FOR_INTERRUPT 1 /* each */

static inline void clock_of_step(struct pt_regs *regs)
{
    (void)regs;
    timer_interrupt();
}
