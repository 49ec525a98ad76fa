/* sys/times.h: how long a process had a CPU (Linux include/uapi/linux/resource.h). */
#pragma once

#include "sys/time.h"

struct rusage {
    struct timeval user, system;
    uint32_t unused[14]; /* what nobody counts */
};

/* At each tick of the clock, on one CPU. */
void times_tick(void);

/* Tell a program, if it asks. Returns 0 or -EFAULT. */
long usage_tell(struct rusage *to, uint32_t ticks);
