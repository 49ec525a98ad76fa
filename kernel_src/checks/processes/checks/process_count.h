/* checks/process_count.h: how many processes there are. */
#pragma once

#include "include/kernel_lock.h"
#include "proc/process.h"

static inline int process_count(void)
{
    int count = 0;

    kernel_lock_acquire();
    for (const struct process *p = process_next(NULL); p; p = process_next(p)) {
        count++;
    }
    kernel_lock_release();
    return count;
}
