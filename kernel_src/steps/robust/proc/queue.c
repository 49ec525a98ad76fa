/* proc/queue.c: the processes that wait for a CPU, first come first served. */

#include "proc/process.h"

#include "cpu/wake.h"
#include "include/lock.h"

static struct lock lock;
static struct process *first;
static struct process *last;

void queue_push(struct process *process)
{
    lock_acquire(&lock);
    process->state = PROCESS_READY;
    process->next = NULL;
    if (first) {
        last->next = process;
    } else {
        first = process;
    }
    last = process;
    lock_release(&lock);
    cpu_wake_others();
}

struct process *queue_pop(void)
{
    lock_acquire(&lock);
    struct process *process = first;
    if (process) {
        first = process->next;
    }
    lock_release(&lock);
    return process;
}
