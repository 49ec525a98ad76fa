/* sys/kill.c: system calls that send signals. */

#include "kernel/init.h"
#include "mm/mm.h"
#include "proc/alarm.h"
#include "proc/process.h"
#include "proc/signals.h"
#include "sys/calls.h"
#include "sys/time.h"

static struct signal_info from_me(int signal, int code)
{
    return (struct signal_info){
        .signal = signal, .code = code, .value = {(uint32_t)current_process()->tgid}};
}

/* All but process 1 and the caller. */
static long kill_all(const struct signal_info *info)
{
    uint32_t count = 0;

    for (struct process *p = process_next(NULL); p; p = process_next(p)) {
        if (p->group && p->group->leader == p && p->group->threads && p != init_process &&
            p->group != current_process()->group) {
            if (info->signal) {
                signal_send_info(p, info);
            }
            count++;
        }
    }
    return count ? 0 : -ESRCH;
}

long sys_kill(int32_t pid, int signal)
{
    const struct signal_info info = from_me(signal, SI_USER);

    struct process *process = pid > 0 ? process_find(pid) : NULL;

    if (pid > 0 && (!process || !process->group)) {
        return -ESRCH;
    }
    if ((uint32_t)signal >= SIGNAL_LIMIT) {
        return -EINVAL;
    }
    if (pid == -1) {
        return kill_all(&info);
    }
    if (pid <= 0) {
        int32_t pgid = pid == 0 ? current_process()->group->pgid : -pid;
        return signal_send_group(pgid, &info) ? 0 : -ESRCH;
    }
    if (signal) {
        signal_send_info(process, &info);
    }
    return 0;
}

long sys_tgkill(int32_t tgid, int32_t tid, int signal)
{
    const struct signal_info info = from_me(signal, SI_TKILL);

    if (tgid <= 0 || tid <= 0) {
        return -EINVAL;
    }
    struct process *thread = process_find(tid);
    if (!thread || thread->tgid != tgid || thread->state == PROCESS_ENDED) {
        return -ESRCH;
    }
    if ((uint32_t)signal >= SIGNAL_LIMIT) {
        return -EINVAL;
    }
    if (signal) {
        signal_send_thread(thread, &info);
    }
    return 0;
}

long sys_tkill(int32_t tid, int signal)
{
    const struct process *thread = tid > 0 ? process_find(tid) : NULL;

    return tid <= 0 ? -EINVAL : !thread ? -ESRCH : sys_tgkill(thread->tgid, tid, signal);
}

long sys_alarm(uint32_t seconds)
{
    struct group *group = current_process()->group;
    uint32_t left = alarm_left(group);

    alarm_set(group, ticks_of(seconds, 0), 0);
    return (long)((left + TIMER_HZ - 1) / TIMER_HZ);
}

struct itimerval {
    struct timeval period, left;
};

static int is_time(const struct timeval *time)
{
    return time->seconds >= 0 && (uint32_t)time->microseconds < 1000000u;
}

long sys_getitimer(int which, struct itimerval *to)
{
    const struct group *group = current_process()->group;
    const struct itimerval timer = {timeval_of(group->alarm_period), timeval_of(alarm_left(group))};

    return which != ITIMER_REAL ? -EINVAL : copy_to_user(to, &timer, sizeof timer);
}

long sys_setitimer(int which, const struct itimerval *new, struct itimerval *old)
{
    struct group *group = current_process()->group;
    struct itimerval timer = {{0, 0}, {0, 0}};
    const struct itimerval before = {timeval_of(group->alarm_period),
                                     timeval_of(alarm_left(group))};

    if (which != ITIMER_REAL) {
        return -EINVAL;
    }
    if (new != NULL && copy_from_user(&timer, new, sizeof timer) != 0) {
        return -EFAULT;
    }
    if (!is_time(&timer.period) || !is_time(&timer.left)) {
        return -EINVAL;
    }
    alarm_set(group,
              ticks_of((uint32_t)timer.left.seconds, (uint32_t)timer.left.microseconds * 1000),
              ticks_of((uint32_t)timer.period.seconds, (uint32_t)timer.period.microseconds * 1000));
    return old ? copy_to_user(old, &before, sizeof before) : 0;
}
