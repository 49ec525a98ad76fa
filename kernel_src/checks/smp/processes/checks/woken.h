/* checks/woken.h: what the interrupt of another CPU does when no check looks at it. */
#pragma once

#include "kernel/kernel.h"

static inline void woken_of_step(struct pt_regs *regs)
{
    cpu_woken(regs);
}
