/* sys/clock.c: system calls that tell the time (Linux kernel/time/posix-timers.c, time.c). */

#include "dev/clock.h"
#include "mm/mm.h"
#include "sys/calls.h"
#include "sys/time.h"
#include "sys/times.h"

long sys_clock_gettime(int id, struct timespec *result)
{
    struct clock_time now;
    int error = time_now(id, &now);

    if (error) {
        return error;
    }
    const struct timespec64 time = {now.seconds, (int64_t)(now.nanoseconds >> CLOCK_SHIFT)};
    return times_put(result, &time, 1);
}

/* Only the time of day can be set. */
long sys_clock_settime(int id, const struct timespec *from)
{
    struct timespec64 time;

    if (id != CLOCK_REALTIME) {
        return -EINVAL;
    }
    if (times_get(from, &time, 1) != 0) {
        return -EFAULT;
    }
    if (time.seconds < 0 || time.seconds > UINT32_MAX ||
        (uint64_t)time.nanoseconds >= NS_PER_SECOND) {
        return -EINVAL;
    }
    const struct clock_time now = {(uint32_t)time.seconds,
                                   (uint64_t)time.nanoseconds << CLOCK_SHIFT};
    clock_set(&now);
    return 0;
}

/* How finely a clock is told. */
long sys_clock_getres(int id, struct timespec *result)
{
    int is_coarse = id == CLOCK_REALTIME_COARSE || id == CLOCK_MONOTONIC_COARSE;
    const struct timespec64 step = {0, is_coarse || !clock_is_fine() ? NS_PER_TICK : 1};
    struct clock_time now;
    int error = time_now(id, &now);

    return error || !result ? error : times_put(result, &step, 1);
}

long sys_gettimeofday(struct timeval *result, struct timezone *zone)
{
    struct clock_time now = {0, 0};
    const struct timezone none = {0, 0};

    clock_now(CLOCK_REALTIME, &now);
    const struct timeval time = {(int32_t)now.seconds,
                                 (int32_t)((uint32_t)(now.nanoseconds >> CLOCK_SHIFT) / 1000)};
    if (result && copy_to_user(result, &time, sizeof time) != 0) {
        return -EFAULT;
    }
    return zone ? copy_to_user(zone, &none, sizeof none) : 0;
}

long sys_time(int32_t *result)
{
    struct clock_time now = {0, 0};

    clock_now(CLOCK_REALTIME, &now);
    int32_t seconds = (int32_t)now.seconds;
    return result && copy_to_user(result, &seconds, sizeof seconds) != 0 ? -EFAULT : seconds;
}
