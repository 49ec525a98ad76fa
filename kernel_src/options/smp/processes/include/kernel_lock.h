/* include/kernel_lock.h: one CPU in the kernel at a time.
 *
 * What the kernel knows of processes, memory and files is changed by one CPU at a time, which has
 * this lock: from where an entry point calls C until it goes back, and it keeps it when it switches
 * to another process. It gives it up to wait for an interrupt. Calls that look only at the calling
 * process do without: see sys/table.c.
 *
 * Order: the locks of include/lock.h are taken inside this one, and held for a few instructions.
 */
#pragma once

/* Returns 1 if this CPU has it now and did not before. */
int kernel_lock_acquire(void);
void kernel_lock_release(void);
