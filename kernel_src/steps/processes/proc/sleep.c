/* proc/sleep.c: waiting for something, without using a CPU. */

#include "proc/sleep.h"

#include "dev/dev.h"
#include "proc/process.h"

static struct process *timed; /* those that sleep until some tick, by `wake_tick` */

static void queue_add(struct wait_queue *queue, struct process *process)
{
    process->waits_in = queue;
    process->next = NULL;
    if (queue->first) {
        queue->last->next = process;
    } else {
        queue->first = process;
    }
    queue->last = process;
}

static void queue_remove(struct wait_queue *queue, struct process *process)
{
    struct process *before = NULL;

    for (struct process *p = queue->first; p != process; p = p->next) {
        before = p;
    }
    if (before) {
        before->next = process->next;
    } else {
        queue->first = process->next;
    }
    if (queue->last == process) {
        queue->last = before;
    }
    process->waits_in = NULL;
}

static void timed_add(struct process *process, uint32_t tick)
{
    struct process **link = &timed;

    process->wake_tick = tick;
    process->is_timed = 1;
    while (*link && (int32_t)((*link)->wake_tick - tick) <= 0) {
        link = &(*link)->next_timed;
    }
    process->next_timed = *link;
    *link = process;
}

static void timed_remove(struct process *process)
{
    struct process **link = &timed;

    while (*link != process) {
        link = &(*link)->next_timed;
    }
    *link = process->next_timed;
    process->is_timed = 0;
}

void sleep_on(struct wait_queue *queue)
{
    struct process *process = current_process();

    process->state = PROCESS_SLEEPING;
    queue_add(queue, process);
    process_leave();
}

int sleep_until(struct wait_queue *queue, uint32_t tick)
{
    if ((int32_t)(timer_ticks - tick) >= 0) {
        return 1;
    }
    timed_add(current_process(), tick);
    sleep_on(queue);
    return (int32_t)(timer_ticks - tick) >= 0;
}

void process_wake(struct process *process)
{
    if (process->state != PROCESS_SLEEPING) {
        return;
    }
    queue_remove(process->waits_in, process);
    if (process->is_timed) {
        timed_remove(process);
    }
    queue_push(process);
}

void wake_all(struct wait_queue *queue)
{
    while (queue->first) {
        process_wake(queue->first);
    }
}

void sleepers_wake(void)
{
    while (timed && (int32_t)(timer_ticks - timed->wake_tick) >= 0) {
        process_wake(timed);
    }
}
