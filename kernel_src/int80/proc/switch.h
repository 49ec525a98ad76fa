/* proc/switch.h: from one process to another. */
#pragma once

struct process;

/* Leave the running process for `next`; comes back when somebody switches to this one again. */
void switch_to(struct process *next);

/* The first thing to do on the stack of a process that was switched to: `previous` is left now. */
void switch_finished(struct process *previous);
