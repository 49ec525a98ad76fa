/* cpu/kernel_lock.c: one CPU in the kernel at a time.
 *
 * Who gives the lock up and wants it again at once is the quickest, and could keep all others out:
 * so it lets those go first that wait. Not for ever, as tickets would have it: the CPU of an
 * emulator may itself wait for one of the host's.
 */

#include "include/kernel_lock.h"

#include "cpu/tlb.h"
#include "proc/process.h"

#define PATIENCE 100 /* looks at whether another has come */

static const struct cpu *volatile owner, *volatile last_owner;
static volatile uint32_t waiting; /* CPUs that want it */

static void look_again(void)
{
    tlb_obey(); /* whoever has the lock may be waiting for that */
    __asm__ volatile("pause");
}

int kernel_lock_acquire(void)
{
    const struct cpu *self = this_cpu();

    if (owner == self) {
        return 0;
    }
    __sync_fetch_and_add(&waiting, 1);
    for (int i = 0; i < PATIENCE && waiting > 1 && last_owner == self; i++) {
        look_again();
    }
    while (!__sync_bool_compare_and_swap(&owner, NULL, self)) {
        look_again();
    }
    __sync_fetch_and_sub(&waiting, 1);
    last_owner = self;
    return 1;
}

void kernel_lock_release(void)
{
    __atomic_store_n(&owner, NULL, __ATOMIC_RELEASE);
}
