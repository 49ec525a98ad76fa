/* include/lock.h: keeping others out of data while it changes.
 *
 * There is one CPU, and inside the kernel interrupts are off except where it waits for one: nobody
 * can come in between. The calls stand where they would have to on a machine with more CPUs.
 */
#pragma once

struct lock {
    char unused;
};

static inline void lock_acquire(struct lock *lock)
{
    (void)lock;
}

static inline void lock_release(struct lock *lock)
{
    (void)lock;
}
