/* cpu/trap_enter.c: exceptions and interrupts, under the kernel lock. */

#include "cpu/cpu.h"
#include "include/kernel_lock.h"

void trap_enter(struct pt_regs *regs, uint32_t vector);

/* An exception in the kernel comes where this CPU has the lock already, mostly. */
void trap_enter(struct pt_regs *regs, uint32_t vector)
{
    int taken = kernel_lock_acquire();

    trap_dispatch(regs, vector);
    if (taken) {
        kernel_lock_release();
    }
}
