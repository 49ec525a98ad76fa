/* sys/alarm.c: system calls that set timers, which send signals. */

#include "mm/mm.h"
#include "proc/alarm.h"
#include "proc/process.h"
#include "proc/signals.h"
#include "sys/calls.h"
#include "sys/time.h"

long sys_alarm(uint32_t seconds)
{
    struct group *group = current_process()->group;
    uint32_t left = alarm_left(group, ITIMER_REAL);

    alarm_set(group, ITIMER_REAL, ticks_of(seconds, 0), 0);
    return (long)((left + TIMER_HZ - 1) / TIMER_HZ);
}

struct itimerval {
    struct timeval period, left;
};

static int is_interval(const struct timeval *time)
{
    return time->seconds >= 0 && (uint32_t)time->microseconds < 1000000u;
}

static uint32_t ticks_of_timeval(const struct timeval *time)
{
    return ticks_of((uint32_t)time->seconds, (uint32_t)time->microseconds * 1000);
}

long sys_getitimer(int which, struct itimerval *to)
{
    const struct group *group = current_process()->group;

    if ((uint32_t)which >= ALARMS) {
        return -EINVAL;
    }
    const struct itimerval timer = {timeval_of(group->alarms[which].period),
                                    timeval_of(alarm_left(group, which))};
    return copy_to_user(to, &timer, sizeof timer);
}

long sys_setitimer(int which, const struct itimerval *new, struct itimerval *old)
{
    struct group *group = current_process()->group;
    struct itimerval timer = {{0, 0}, {0, 0}};

    if (new != NULL && copy_from_user(&timer, new, sizeof timer) != 0) {
        return -EFAULT;
    }
    if ((uint32_t)which >= ALARMS || !is_interval(&timer.period) || !is_interval(&timer.left)) {
        return -EINVAL;
    }
    const struct itimerval before = {timeval_of(group->alarms[which].period),
                                     timeval_of(alarm_left(group, which))};
    alarm_set(group, which, ticks_of_timeval(&timer.left), ticks_of_timeval(&timer.period));
    return old ? copy_to_user(old, &before, sizeof before) : 0;
}
