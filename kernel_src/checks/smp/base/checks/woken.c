/* checks/woken.c: the interrupt by which one CPU wakes another, as the checks want it. */

#include "checks/woken.h"

#include "checks/interrupted.h"

void check_wake_interrupt(struct pt_regs *regs)
{
    interrupted_without_rf(regs);
    woken_of_step(regs);
}
