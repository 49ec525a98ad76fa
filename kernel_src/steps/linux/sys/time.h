/* sys/time.h: how programs and the kernel tell each other a time.
 *
 * Linux include/uapi/linux/time.h.
 */
#pragma once

#include <stdint.h>

#include "include/constants.h"
#include "proc/sleep.h"

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

#define NS_PER_TICK (1000000000u / TIMER_HZ)

static inline struct timeval timeval_of(uint32_t ticks)
{
    return (struct timeval){(int32_t)(ticks / TIMER_HZ),
                            (int32_t)(ticks % TIMER_HZ * (NS_PER_TICK / 1000))};
}

/* ---- sys/sleep.c ---- */

/* Ticks of the clock that a length of time takes, rounded up; very long ones are cut off. */
uint32_t ticks_of(uint32_t seconds, uint32_t nanoseconds);

uint32_t ticks_of_time(const struct timespec64 *time);

/* The tick at which so many thousandths of a second are over. */
uint32_t tick_of_ms(uint32_t ms);

/* Sleep in a queue as sleep_until() does, or as sleep_on() if there is no such tick, but NULL.
 * Returns 1 if the time is over. */
int sleep_limited(struct wait_queue *queue, const uint32_t *until);

/* How much of a time is left that is over at tick `until`, told to the program if it asks. */
uint32_t ticks_left(uint32_t until);
void tell_left(struct timespec *left, uint32_t until);

/* Take times from the program, or give it one. Both return 0 or -EFAULT. In its memory they are as
 * the call that it makes has them: from clock_gettime64() on the seconds have 64 bits. */
int times_get(const struct timespec *from, struct timespec64 *times, uint32_t count);
int times_put(struct timespec *to, const struct timespec64 *times, uint32_t count);

/* Is it a length of time? */
int is_time(const struct timespec64 *time);

/* The tick at which a program's time is over: a length of time from now on, or a moment of that
 * clock. Returns 0, -EFAULT or -EINVAL. */
uint32_t tick_at(struct timespec64 time, int clock, int is_moment);
long tick_of(const struct timespec *user, int clock, int is_moment, uint32_t *tick);
