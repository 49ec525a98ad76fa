/* dev/clock.h: what time it is, to the nanosecond. */
#pragma once

#include <stdint.h>

#include "include/clock_data.h"

/* Read the time of day, and find out how fast the time stamp counter runs. */
void clock_init(void);

/* At each tick, on one CPU. */
void clock_tick_update(void);

/* The page frame of struct clock_data, for programs to read. */
uint32_t clock_frame(void);

/* What the clock of this number shows. Returns 0, -EINVAL if there is none. */
int clock_now(int id, struct clock_time *now);

/* The time of day, from now on. */
void clock_set(const struct clock_time *now);

/* Since 1970, by the last tick, as in Linux; it lies like that in statx(2), too. */
struct file_time {
    int64_t seconds;
    uint32_t nanoseconds, unused;
};

extern struct file_time file_time_now;

/* So many whole ticks have passed since the start. An emulator that was kept waiting gives several
 * timer interrupts at once: who sleeps for a time goes by this, not by their number. */
uint32_t clock_ticks(void);

/* Is a time told more finely than to the tick? */
int clock_is_fine(void);

/* ---- dev/rtc.c ---- */

/* The clock that runs on a battery, in seconds since 1970. */
uint32_t rtc_seconds(void);
