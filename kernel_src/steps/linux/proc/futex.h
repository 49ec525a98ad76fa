/* proc/futex.h: waiting for a word in memory to change (futex(2)). */
#pragma once

#include <stdint.h>

struct process;

/* Wake at most `count` of those who wait for the word at `address`, in the running process's
 * memory. Returns how many. */
long futex_wake(uint32_t address, uint32_t count);

/* The running thread ends, or runs another program: its locks are others' now. */
void futex_leave(struct process *process);
