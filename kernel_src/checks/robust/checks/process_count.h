/* checks/process_count.h: how many processes there are. */
#pragma once

static inline int process_count(void)
{
    return 1; /* nobody makes more than the kernel */
}
