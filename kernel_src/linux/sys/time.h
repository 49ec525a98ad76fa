/* sys/time.h: how programs and the kernel tell each other a time (Linux include/uapi/linux/time.h). */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct timespec {
    int32_t seconds;
    int32_t nanoseconds;
};

/* The same for programs that will still run in 2038. */
struct timespec64 {
    int64_t seconds;
    int64_t nanoseconds;
};

struct timeval {
    int32_t seconds;
    int32_t microseconds;
};

/* Long out of use: always 0. */
struct timezone {
    int32_t minutes_west;
    int32_t summer_time;
};
