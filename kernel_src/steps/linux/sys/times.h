/* sys/times.h: how long a process had a CPU (Linux include/uapi/linux/resource.h). */
#pragma once

#include "sys/time.h"

struct clock_time;

struct rusage {
    struct timeval user, system;
    uint32_t unused[14]; /* what nobody counts */
};

/* At each tick of the clock, on one CPU. */
void times_tick(void);

/* What the clock shows that a program means by this number: one of the machine's, or how long the
 * program itself had a CPU. Returns 0, -EINVAL if there is none. */
int time_now(int id, struct clock_time *now);

/* Tell a program, if it asks. Returns 0 or -EFAULT. */
long usage_tell(struct rusage *to, uint32_t ticks);
