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
    const struct timespec time = {(int32_t)now.seconds, (int32_t)(now.nanoseconds >> CLOCK_SHIFT)};
    return copy_to_user(result, &time, sizeof time);
}

long sys_clock_gettime64(int id, struct timespec64 *result)
{
    struct clock_time now;
    int error = time_now(id, &now);

    if (error) {
        return error;
    }
    const struct timespec64 time = {now.seconds, (int64_t)(now.nanoseconds >> CLOCK_SHIFT)};
    return copy_to_user(result, &time, sizeof time);
}

/* How finely a clock is told. */
long sys_clock_getres(int id, struct timespec *result)
{
    int is_coarse = id == CLOCK_REALTIME_COARSE || id == CLOCK_MONOTONIC_COARSE;
    const struct timespec step = {0, is_coarse || !clock_is_fine() ? NS_PER_TICK : 1};
    struct clock_time now;
    int error = time_now(id, &now);

    return error || !result ? error : copy_to_user(result, &step, sizeof step);
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
