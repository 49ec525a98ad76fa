/* checks/breakpoints.c: the breakpoints of checks/entry.c on every CPU.
 *
 * The registers are a CPU's, and a program may go on on another one, between two instructions or
 * inside of a call. So whichever CPU switches to the program sets them, as is wanted at that time,
 * and clears them when it switches to another.
 */

#include "checks/breakpoints.h"

#include "checks/entry.h"
#include "kernel/kernel.h"
#include "proc/process.h"

#define DR7_ENABLED 0x000000ff

/* Meanwhile there is one program: whatever else a CPU runs is its idle process. */
void check_breakpoints_switch(const struct process *next)
{
    uint32_t enabled = next->state == PROCESS_IDLE ? 0 : check_breakpoints_wanted();
    uint32_t before;

    __asm__ volatile("movl %%db7, %0" : "=r"(before));
    if (enabled || (before & DR7_ENABLED)) {
        check_breakpoints_load(enabled);
    }
}

void check_debug_exception(struct pt_regs *regs, uint32_t vector)
{
    if (!check_breakpoint(regs)) {
        debug_exception(regs, vector);
    }
}
