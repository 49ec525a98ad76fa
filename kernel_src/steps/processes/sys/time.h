/* sys/time.h: how programs tell the kernel a time (Linux include/uapi/linux/time.h). */
#pragma once

#include <stdint.h>

struct timespec {
    int32_t seconds;
    int32_t nanoseconds;
};
