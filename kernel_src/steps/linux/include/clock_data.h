/* include/clock_data.h: the time, as the kernel lets programs read it.
 *
 * One page of the kernel's, which every program can read: the vDSO computes the time from it
 * without a system call. At each tick the kernel writes what time it was at which count of the time
 * stamp counter; from there on programs count for themselves. The kernel reads its clocks with the
 * same functions: neither way is ever behind the other.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "include/constants.h"

#define NS_PER_SECOND 1000000000u
#define CLOCK_SHIFT 24 /* of a fixed-point number of nanoseconds, 40.24 */
#define INLINE static inline __attribute__((always_inline)) /* -Os would call them */
#define FIXED_SECOND ((uint64_t)NS_PER_SECOND << CLOCK_SHIFT)

struct clock_time {
    uint32_t seconds;     /* without a sign: until 2106 */
    uint64_t nanoseconds; /* less than a second, fixed-point */
};

struct clock_data {
    uint32_t sequence;   /* odd while the rest is being changed */
    uint32_t multiplier; /* how long a count of the TSC is, fixed-point; 0: there is no TSC */
    uint64_t tsc;        /* what it was when the clocks below showed these times */
    struct clock_time wall, boot; /* since 1970, and since the kernel started */
};

/* Where the clock is that a program means by its number; NULL: nowhere. The coarse ones need not be
 * as good as the others, but may. */
INLINE const struct clock_time *clock_of(const struct clock_data *data, int id)
{
    static const uint8_t places[] = {
        [CLOCK_REALTIME] = offsetof(struct clock_data, wall),
        [CLOCK_REALTIME_COARSE] = offsetof(struct clock_data, wall),
        [CLOCK_TAI] = offsetof(struct clock_data, wall),
        [CLOCK_MONOTONIC] = offsetof(struct clock_data, boot),
        [CLOCK_MONOTONIC_RAW] = offsetof(struct clock_data, boot),
        [CLOCK_MONOTONIC_COARSE] = offsetof(struct clock_data, boot),
        [CLOCK_BOOTTIME] = offsetof(struct clock_data, boot),
    };
    uint32_t place = (uint32_t)id < sizeof places ? places[id] : 0;

    return place ? (const struct clock_time *)((const char *)data + place) : NULL;
}

/* How much later than the times in `data` it is at that count of the TSC, fixed-point. On another
 * CPU than the one that wrote there the TSC may lag a little behind: 0. */
INLINE uint64_t clock_elapsed(const struct clock_data *data, uint64_t tsc)
{
    uint64_t counts = tsc - data->tsc;
    uint32_t low = (uint32_t)counts;

    if (counts >> 32 != 0) {
        low = (int64_t)counts < 0 ? 0 : UINT32_MAX;
    }
    return (uint64_t)low * data->multiplier;
}

/* Whole seconds out of the nanoseconds. */
INLINE void clock_carry(struct clock_time *time)
{
    while (time->nanoseconds >= FIXED_SECOND) {
        time->nanoseconds -= FIXED_SECOND;
        time->seconds++;
        __asm__("" : "+r"(time->seconds)); /* or clang makes a division of the loop */
    }
}
