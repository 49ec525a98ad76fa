/* checks/timer_gate.c: without SYSENTER there is no SYSEXIT that an interrupt could come after. */

#include "checks/timer.h"

int landed_after_gate(const struct pt_regs *regs)
{
    (void)regs;
    return 0;
}

int landings_after_gate_expected(void)
{
    return 0;
}
