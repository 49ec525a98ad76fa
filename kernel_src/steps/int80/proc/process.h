/* proc/process.h: processes: made, switched, ended. */
#pragma once

#include <stdint.h>

#include "include/structs.h"

/* The running process: at the top of the kernel stack, which is aligned to its size. */
static inline struct process *current_process(void)
{
    uint32_t esp;
    __asm__("movl %%esp, %0" : "=r"(esp));
    return (struct process *)((esp | (KERNEL_STACK_SIZE - 1)) + 1) - 1;
}

struct program;

/* Load a program; NULL if it is not one that can be run. */
struct process *process_create(const struct program *program);
void process_destroy(struct process *process);

/* Leave the running process for `next`; comes back when somebody switches to this one again. */
void switch_to(struct process *next);

#define NOT_KILLED (-1)

/* End the running process: it exited, or an exception killed it, whose vector it is. */
_Noreturn void process_end(int32_t exit_status, int32_t killed_by);
