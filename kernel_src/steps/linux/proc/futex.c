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
    uint32_t *value;           /* where the kernel finds it now */
};

/* One who waits; on his kernel stack. */
struct waiter {
    struct waiter *next;
    struct wait_queue queue; /* only he is in it */
    struct word word;
    uint32_t bits;
    int32_t tid; /* of one who waits for a lock that is to be his; else 0 */
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

/* Sleep until it is woken. Returns 0, -ETIMEDOUT, or `interrupted` by a signal. */
static long wait_in_line(struct waiter *waiter, const uint32_t *until, long interrupted)
{
    int is_late = 0;

    waiter_add(waiter);
    while (!waiter->is_woken && !is_late && !signal_pending(current_process())) {
        is_late = sleep_limited(&waiter->queue, until);
    }
    waiter_remove(waiter);
    return waiter->is_woken ? 0 : is_late ? -ETIMEDOUT : interrupted;
}

static long wake(const struct word *word, uint32_t count, uint32_t bits)
{
    long woken = 0;

    for (struct waiter *w = waiters; w && (uint32_t)woken < count; w = w->next) {
        if (is_same(&w->word, word) && (w->bits & bits) && !w->is_woken && !w->tid) {
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

    if (bits == 0) {
        return -EINVAL;
    }
    if (*word->value != expected) {
        return -EAGAIN;
    }
    return wait_in_line(&waiter, until, until ? -ERESTARTNOHAND : -ERESTARTSYS);
}

/* ---- Locks: the word has the number of its owner ---- */

/* The one who has waited longest for that lock, or NULL. */
static struct waiter *next_owner(const struct word *word)
{
    struct waiter *w = waiters;

    while (w && !(is_same(&w->word, word) && w->tid && !w->is_woken)) {
        w = w->next;
    }
    return w;
}

/* It is his whose turn it is; `state`: FUTEX_OWNER_DIED or 0. */
static void hand_over(const struct word *word, uint32_t state)
{
    struct waiter *next = next_owner(word);

    if (next) {
        next->is_woken = 1;
        wake_all(&next->queue);
        state |= (uint32_t)next->tid | (next_owner(word) ? FUTEX_WAITERS : 0);
    }
    *word->value = state;
}

/* Programs change the word as well, on other CPUs: what is put there stands only if it was what was
 * looked at. */
static long lock(const struct word *word, int wait_for_it, const uint32_t *until)
{
    struct waiter waiter = {.word = *word, .tid = current_process()->pid};
    uint32_t value = *word->value, owner, wanted;

    do {
        owner = value & FUTEX_TID_MASK;
        wanted = value | FUTEX_WAITERS;
        if (owner == 0) {
            wanted = (value & FUTEX_OWNER_DIED) | (uint32_t)waiter.tid |
                     (next_owner(word) ? FUTEX_WAITERS : 0);
            continue;
        }
        if (owner == (uint32_t)waiter.tid) {
            return -EDEADLK;
        }
        const struct process *process = process_find((int32_t)owner);
        if (!process || process->state == PROCESS_ENDED) {
            return -ESRCH;
        }
        if (!wait_for_it) {
            return -EAGAIN;
        }
    } while (!__atomic_compare_exchange_n(word->value, &value, wanted, 0, __ATOMIC_SEQ_CST,
                                          __ATOMIC_SEQ_CST));
    return owner == 0 ? 0 : wait_in_line(&waiter, until, -ERESTARTSYS);
}

static long unlock(const struct word *word)
{
    if ((*word->value & FUTEX_TID_MASK) != (uint32_t)current_process()->pid) {
        return -EPERM;
    }
    hand_over(word, 0);
    return 0;
}

/* ---- When a thread ends: robust_list in Linux include/uapi/linux/futex.h ---- */

#define ROBUST_MAX 2048 /* a list may lead in a circle */

struct robust_list_head {
    uint32_t next;    /* address of the next lock's; bit 0: it is one of those above */
    int32_t offset;   /* from there to its word */
    uint32_t pending; /* the lock that is being taken or given back, or 0 */
};

static void owner_died(uint32_t link, int32_t offset)
{
    struct word word;

    if (word_find((link & ~1u) + (uint32_t)offset, &word) != 0 ||
        (*word.value & FUTEX_TID_MASK) != (uint32_t)current_process()->pid) {
        return;
    }
    if ((link & 1) || next_owner(&word)) { /* musl does not say which it is */
        hand_over(&word, FUTEX_OWNER_DIED);
    } else {
        *word.value = (*word.value & FUTEX_WAITERS) | FUTEX_OWNER_DIED;
        wake(&word, 1, UINT32_MAX);
    }
}

void futex_leave(struct process *process)
{
    struct robust_list_head head;
    uint32_t address = process->robust_list_addr, next;

    process->robust_list_addr = 0;
    if (address && copy_from_user(&head, (void *)address, sizeof head) == 0) {
        next = head.next;
        for (int i = 0; i < ROBUST_MAX && (next & ~1u) != address; i++) {
            uint32_t link = next;
            if (copy_from_user(&next, (void *)(link & ~1u), sizeof next) != 0) {
                break;
            }
            if (link != head.pending) {
                owner_died(link, head.offset);
            }
        }
        if (head.pending) {
            owner_died(head.pending, head.offset);
        }
    }
    for (struct waiter *w = waiters; w; w = w->next) { /* locks that are in no list */
        if (w->tid && (*w->word.value & FUTEX_TID_MASK) == (uint32_t)process->pid) {
            hand_over(&w->word, FUTEX_OWNER_DIED);
        }
    }
}

long sys_set_robust_list(uint32_t head, uint32_t size)
{
    if (size != sizeof(struct robust_list_head)) {
        return -EINVAL;
    }
    current_process()->robust_list_addr = head;
    return 0;
}

long sys_get_robust_list(int32_t pid, uint32_t *head, uint32_t *size)
{
    const struct process *process = pid ? process_find(pid) : current_process();
    const uint32_t bytes = sizeof(struct robust_list_head);

    if (!process) {
        return -ESRCH;
    }
    int error = copy_to_user(size, &bytes, sizeof bytes);
    return error ? error : copy_to_user(head, &process->robust_list_addr, sizeof bytes);
}

static int is_wait(int operation)
{
    return operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET ||
           operation == FUTEX_LOCK_PI || operation == FUTEX_LOCK_PI2;
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
        /* FUTEX_WAIT has a length of time, the others a moment. */
        clock = operation == FUTEX_LOCK_PI ? CLOCK_REALTIME : clock;
        error = tick_of(timeout, clock, operation != FUTEX_WAIT, &until);
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
    case FUTEX_LOCK_PI:
    case FUTEX_LOCK_PI2:
    case FUTEX_TRYLOCK_PI:
        return lock(&word, operation != FUTEX_TRYLOCK_PI, timeout ? &until : NULL);
    case FUTEX_UNLOCK_PI:
        return unlock(&word);
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
