/* proc/queue.h: the processes that wait for a CPU, first come first served. */
#pragma once

struct process;

void queue_push(struct process *process);

/* The one that has waited longest, or NULL. */
struct process *queue_pop(void);
