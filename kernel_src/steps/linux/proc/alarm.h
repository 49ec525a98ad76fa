/* proc/alarm.h: signals after a time (setitimer(2)). */
#pragma once

#include <stdint.h>

struct group;

/* `which` says what is counted, and which signal comes: ITIMER_REAL the clock's ticks,
 * ITIMER_VIRTUAL and ITIMER_PROF those at which the process had a CPU. */

/* A signal in so many ticks, and every `period` from then on; 0: no more. */
void alarm_set(struct group *group, int which, uint32_t ticks, uint32_t period);

/* Ticks until the next. */
uint32_t alarm_left(const struct group *group, int which);

/* Called at each tick of the clock. */
void alarms_ring(void);
