/* proc/alarm.h: a signal after a time (setitimer(2)). */
#pragma once

#include <stdint.h>

struct group;

/* SIGALRM in so many ticks, and every `period` from then on; 0: no more. */
void alarm_set(struct group *group, uint32_t ticks, uint32_t period);

/* Ticks until the next. */
uint32_t alarm_left(const struct group *group);

/* Called at each tick of the clock. */
void alarms_ring(void);
