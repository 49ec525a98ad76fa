/* proc/process.h: processes: made, switched, ended. */
#pragma once

#include <stdint.h>

#include "include/structs.h"

enum process_state {
    PROCESS_READY,   /* waits for a CPU */
    PROCESS_RUNNING, /* has one */
    PROCESS_ENDING,  /* has ended, but a CPU is still on its kernel stack */
    PROCESS_ENDED,   /* can be freed */
    PROCESS_IDLE,    /* the one that runs on its CPU when no other does; never in the queue */
};

/* The process that this CPU runs: at the top of the kernel stack, which is aligned to its size. */
static inline struct process *current_process(void)
{
    uint32_t esp;
    __asm__("movl %%esp, %0" : "=r"(esp));
    return (struct process *)((esp | (KERNEL_STACK_SIZE - 1)) + 1) - 1;
}

static inline struct cpu *this_cpu(void)
{
    return current_process()->cpu;
}

/* The registers with which ring 3 was left, just below struct process. */
static inline struct pt_regs *process_regs(struct process *process)
{
    return (struct pt_regs *)process - 1;
}

/* An empty struct process at the top of a new kernel stack, or NULL if there is no memory. */
struct process *kernel_stack_alloc(void);
void kernel_stack_free(struct process *process);

struct program;

/* Load a program and queue it. Returns 0 and the process, or -errno. */
int process_create(const struct program *program, struct process **created);

/* Free what a process in the state PROCESS_ENDED still has. */
void process_destroy(struct process *process);

/* Let the next process in the queue run; comes back when it is this one's turn again. Returns 0 at
 * once if the queue is empty. */
int process_yield(void);

/* Let the others run, or sleep until an interrupt. */
void process_idle(void);

#define NOT_KILLED (-1)

/* End the running process: it exited, or an exception killed it, whose vector it is. */
_Noreturn void process_end(int32_t exit_status, int32_t killed_by);

/* ---- proc/switch.c and proc/queue.c: which process runs ---- */

/* Leave the running process for `next`; comes back when somebody switches to this one again. */
void switch_to(struct process *next);

/* The first thing to do on the stack of a process that was switched to: `previous` is left now. */
void switch_finished(struct process *previous);

/* The queue of those that wait for a CPU; queue_pop() gives the one that has waited longest, or
 * NULL. */
void queue_push(struct process *process);
struct process *queue_pop(void);
