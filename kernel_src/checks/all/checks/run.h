/* checks/run.h: single programs for the checks in the kernel. */
#pragma once

#include <stdint.h>

#include "include/structs.h"

struct process;

/* The program's registers where the last one of check_end() went into the kernel for good. */
extern struct pt_regs check_last_regs;

/* Load a program and queue it; NULL if it cannot be. */
struct process *check_start(const char *name);

/* Wait until it has ended, and free it. Returns the vector that killed it, -1 if it exited with
 * status 0, else -1000 - status. */
int32_t check_end(struct process *process);

/* How many page frames are in use. */
uint32_t check_frames_used(void);
