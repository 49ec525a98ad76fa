/* checks/entry.h: what checks/entry.c wants to know of a step. */
#pragma once

#include <stdint.h>

/* How many debug exceptions came in ring 0, apart from breakpoints. */
extern uint32_t check_kernel_steps;

struct process;

/* Called by each CPU that switches to another process. */
void check_breakpoints_switch(const struct process *next);

/* Where the running call by SYSENTER will come back to; `ebp`: as SYSENTER found it. */
uint32_t check_return_address(const struct process *process, uint32_t ebp);
