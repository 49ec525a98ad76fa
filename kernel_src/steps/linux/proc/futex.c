/* proc/futex.c: waiting for a word in memory to change (futex(2)).
 *
 * A lock that nobody else wants is taken and given back without the kernel. Only who has to wait
 * comes here, and who has seen that somebody waits. A word of shared memory is known by the frame
 * that it lies in, as it may have several addresses; any other by its address, as it may move to
 * another frame after a fork().
 */

#include "proc/futex.h"

#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"
#include "proc/sleep.h"
#include "proc/signals.h"
#include "sys/calls.h"
#include "sys/time.h"

struct word {
    const struct space *space; /* NULL: shared memory */
    uint32_t address;          /* there, or physical */
    const uint32_t *value;     /* where the kernel finds it now */
};

/* One who waits; on his kernel stack. */
struct waiter {
    struct waiter *next;
    struct wait_queue queue; /* only he is in it */
    struct word word;
    uint32_t bits;
    int is_woken;
};

static struct waiter *waiters;

/* A word of the running process. Returns 0, -EINVAL or -EFAULT. */
static long word_find(uint32_t address, struct word *word)
{
    struct space *space = current_process()->space;

    if (address % sizeof(uint32_t)) {
        return -EINVAL;
    }
    if (!user_range_ok(address, sizeof(uint32_t)) || space_fault(space, address, 1) != 0) {
        return -EFAULT;
    }
    uint32_t physical = page_down(*space_entry(space, address, 0)) + address % PAGE_SIZE;
    int is_shared = (area_find(space, address)->flags & AREA_SHARED) != 0;
    *word = (struct word){is_shared ? NULL : space, is_shared ? physical : address,
                          phys_to_virt(physical)};
    return 0;
}

static int is_same(const struct word *a, const struct word *b)
{
    return a->space == b->space && a->address == b->address;
}

static void waiter_add(struct waiter *waiter)
{
    struct waiter **link = &waiters;

    while (*link) {
        link = &(*link)->next;
    }
    waiter->next = NULL;
    *link = waiter;
}

static void waiter_remove(struct waiter *waiter)
{
    struct waiter **link = &waiters;

    while (*link != waiter) {
        link = &(*link)->next;
    }
    *link = waiter->next;
}

static long wake(const struct word *word, uint32_t count, uint32_t bits)
{
    long woken = 0;

    for (struct waiter *w = waiters; w && (uint32_t)woken < count; w = w->next) {
        if (is_same(&w->word, word) && (w->bits & bits) && !w->is_woken) {
            w->is_woken = 1;
            wake_all(&w->queue);
            woken++;
        }
    }
    return woken;
}

long futex_wake(uint32_t address, uint32_t count)
{
    struct word word;
    long error = word_find(address, &word);

    return error ? error : wake(&word, count, UINT32_MAX);
}

/* Those who wait for one word wait for another: pthread_cond_broadcast() of old. */
static long requeue(const struct word *word, uint32_t wake_count, uint32_t move_count,
                    const struct word *to)
{
    long done = wake(word, wake_count, UINT32_MAX);
    uint32_t moved = 0;

    for (struct waiter *w = waiters; w && moved < move_count; w = w->next) {
        if (is_same(&w->word, word) && !w->is_woken) {
            w->word = *to;
            moved++;
        }
    }
    return done + (long)moved;
}

static long wait(const struct word *word, uint32_t expected, uint32_t bits, const uint32_t *until)
{
    struct waiter waiter = {.word = *word, .bits = bits};
    int is_late = 0;

    if (bits == 0) {
        return -EINVAL;
    }
    if (*word->value != expected) {
        return -EAGAIN;
    }
    waiter_add(&waiter);
    while (!waiter.is_woken && !is_late && !signal_pending(current_process())) {
        is_late = sleep_limited(&waiter.queue, until);
    }
    waiter_remove(&waiter);
    return waiter.is_woken ? 0 : is_late ? -ETIMEDOUT : until ? -ERESTARTNOHAND : -ERESTARTSYS;
}

static int is_wait(int operation)
{
    return operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET;
}

long sys_futex(uint32_t address, int operation, uint32_t value, const struct timespec *timeout,
               uint32_t address2, uint32_t value3)
{
    int clock = operation & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC;
    struct word word, to;
    uint32_t until;
    long error;

    operation &= (int)FUTEX_CMD_MASK;
    if (is_wait(operation) && timeout) {
        /* FUTEX_WAIT has a length of time, FUTEX_WAIT_BITSET a moment. */
        error = tick_of(timeout, clock, operation == FUTEX_WAIT_BITSET, &until);
        if (error) {
            return error;
        }
    }
    error = word_find(address, &word);
    if (error) {
        return error;
    }
    switch (operation) {
    case FUTEX_WAIT:
        return wait(&word, value, UINT32_MAX, timeout ? &until : NULL);
    case FUTEX_WAIT_BITSET:
        return wait(&word, value, value3, timeout ? &until : NULL);
    case FUTEX_WAKE:
        return wake(&word, value, UINT32_MAX);
    case FUTEX_WAKE_BITSET:
        return value3 ? wake(&word, value, value3) : -EINVAL;
    case FUTEX_CMP_REQUEUE:
        if (*word.value != value3) {
            return -EAGAIN;
        }
        /* fall through */
    case FUTEX_REQUEUE:
        error = word_find(address2, &to);
        /* The fourth argument is no time here, but a count. */
        return error ? error : requeue(&word, value, (uint32_t)timeout, &to);
    default:
        return -ENOSYS;
    }
}
