/* proc/alarm.c: a signal after a time (setitimer(2)). */

#include "proc/alarm.h"

#include "dev/clock.h"
#include "dev/dev.h"
#include "proc/process.h"
#include "proc/signals.h"

static struct group *alarms; /* all that have one */

static void list_remove(struct group *group)
{
    struct group **link = &alarms;

    while (*link && *link != group) {
        link = &(*link)->next_alarm;
    }
    if (*link) {
        *link = group->next_alarm;
    }
}

void alarm_set(struct group *group, uint32_t ticks, uint32_t period)
{
    list_remove(group);
    group->alarm_period = period;
    group->alarm_tick = clock_ticks() + ticks;
    group->has_alarm = ticks != 0;
    if (group->has_alarm) {
        group->next_alarm = alarms;
        alarms = group;
    }
}

uint32_t alarm_left(const struct group *group)
{
    int32_t left = (int32_t)(group->alarm_tick - clock_ticks());

    return !group->has_alarm ? 0 : left > 0 ? (uint32_t)left : 1;
}

void alarms_ring(void)
{
    struct group *next;

    for (struct group *group = alarms; group; group = next) {
        next = group->next_alarm;
        if ((int32_t)(timer_ticks - group->alarm_tick) >= 0) {
            alarm_set(group, group->alarm_period, group->alarm_period);
            signal_send(group->leader, SIGALRM);
        }
    }
}
