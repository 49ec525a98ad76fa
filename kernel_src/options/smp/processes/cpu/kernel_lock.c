/* cpu/kernel_lock.c: one CPU in the kernel at a time. */

#include "include/kernel_lock.h"

#include "cpu/tlb.h"
#include "proc/process.h"

static const struct cpu *volatile owner;

int kernel_lock_acquire(void)
{
    const struct cpu *self = this_cpu();

    if (owner == self) {
        return 0;
    }
    while (!__sync_bool_compare_and_swap(&owner, NULL, self)) {
        tlb_obey(); /* whoever has the lock may be waiting for that */
        __asm__ volatile("pause");
    }
    return 1;
}

void kernel_lock_release(void)
{
    __atomic_store_n(&owner, NULL, __ATOMIC_RELEASE);
}
