/* include/lock.h: keeping other CPUs out of data while it changes.
 *
 * Interrupts are off inside the kernel except where it waits for one, so whoever holds a lock will
 * not be interrupted. Order, where two are held at once: none; no code takes a second lock while it
 * has one.
 */
#pragma once

#include <stdint.h>

struct lock {
    volatile uint32_t taken;
};

static inline void lock_acquire(struct lock *lock)
{
    /* XCHG: atomic without a LOCK prefix (SDM 3A 8.1.2.1). */
    while (__sync_lock_test_and_set(&lock->taken, 1)) {
        __asm__ volatile("pause");
    }
}

static inline void lock_release(struct lock *lock)
{
    __sync_lock_release(&lock->taken);
}
