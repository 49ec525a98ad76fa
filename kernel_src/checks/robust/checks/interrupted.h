/* checks/interrupted.h: what the checks do to a frame that an interrupt pushed. */
#pragma once

#include "include/structs.h"

/* With RF set, IRET lets one instruction pass all breakpoints. An interrupt between two
 * instructions pushes RF as it is (SDM 3B 17.3.1.1), but QEMU 10 and 11 push 1, and a breakpoint
 * for the very instruction that was to be next (checks/entry.c) would not be hit any more.
 * checks/timer.c tells of it. */
static inline void interrupted_without_rf(struct pt_regs *regs)
{
    regs->eflags &= ~EFLAGS_RF;
}
