/* checks/breakpoints.h: the breakpoints of checks/entry.c on every CPU. */
#pragma once

struct process;

/* Called by each CPU that switches to another process. */
void check_breakpoints_switch(const struct process *next);
