/* include/kernel_lock.h: one CPU in the kernel at a time.
 *
 * There is only one, and inside the kernel interrupts are off except where it waits for one. The
 * calls stand where they would have to on a machine with more CPUs.
 */
#pragma once

/* Returns 1 if the caller has it now and did not before. */
static inline int kernel_lock_acquire(void)
{
    return 1;
}

static inline void kernel_lock_release(void)
{
}
