/* proc/alarm.c: signals after a time (setitimer(2)). */

#include "proc/alarm.h"

#include "dev/clock.h"
#include "proc/process.h"
#include "proc/signals.h"

static const uint8_t signals[ALARMS] = {
    [ITIMER_REAL] = SIGALRM, [ITIMER_VIRTUAL] = SIGVTALRM, [ITIMER_PROF] = SIGPROF};

/* Time for which a process had a CPU is all the program's own, none the kernel's: sys/times.c. */
static uint32_t ticks_now(const struct group *group, int which)
{
    return which == ITIMER_REAL ? clock_ticks() : group->ticks;
}

void alarm_set(struct group *group, int which, uint32_t ticks, uint32_t period)
{
    group->alarms[which] = (struct alarm){ticks != 0, ticks_now(group, which) + ticks, period};
}

uint32_t alarm_left(const struct group *group, int which)
{
    const struct alarm *alarm = &group->alarms[which];
    int32_t left = (int32_t)(alarm->tick - ticks_now(group, which));

    return !alarm->is_set ? 0 : left > 0 ? (uint32_t)left : 1;
}

static void ring(struct group *group, int which)
{
    const struct alarm *alarm = &group->alarms[which];

    if (alarm->is_set && (int32_t)(ticks_now(group, which) - alarm->tick) >= 0) {
        alarm_set(group, which, alarm->period, alarm->period);
        signal_send(group->leader, signals[which]);
    }
}

void alarms_ring(void)
{
    for (struct process *p = process_next(NULL); p; p = process_next(p)) {
        for (int which = 0; p->group && p->group->leader == p && which < ALARMS; which++) {
            ring(p->group, which);
        }
    }
}
