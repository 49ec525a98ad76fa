/* checks/clock.h: what the clock does when no check looks at it. */
#pragma once

#include "kernel/kernel.h"

#define TICK_FOR_INTERRUPT 0 /* ticks are those of the time that has passed */

static inline void clock_of_step(struct pt_regs *regs)
{
    clock_tick(regs);
}
