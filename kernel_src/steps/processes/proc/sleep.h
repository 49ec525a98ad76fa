/* proc/sleep.h: waiting for something, without using a CPU. */
#pragma once

#include <stdint.h>

struct process;

/* Those who wait for the same thing, in the order in which they came. */
struct wait_queue {
    struct process *first, *last;
};

/* Sleep until somebody wakes the queue, or this process. The caller looks before and after if what
 * it waits for has come, or a signal, which another CPU may have sent since this process left
 * ring 3: under the kernel lock nothing can be missed in between. */
void sleep_on(struct wait_queue *queue);

/* The same, but at most until the timer's tick of that number. Returns 1 if the time is over. */
int sleep_until(struct wait_queue *queue, uint32_t tick);

void wake_all(struct wait_queue *queue);

/* Wake a process that sleeps; others stay as they are. */
void process_wake(struct process *process);

/* Called at each tick of the clock. */
void sleepers_wake(void);
