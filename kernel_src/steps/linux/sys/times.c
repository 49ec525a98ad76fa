/* sys/times.c: how long a process had a CPU: times(2), getrusage(2).
 *
 * By the ticks of the clock: whoever has a CPU then is taken to have had it for the whole tick.
 * The kernel itself is not interrupted, so all of it is the program's own time.
 */

#include "sys/times.h"

#include "dev/clock.h"
#include "dev/dev.h"
#include "mm/mm.h"
#include "proc/process.h"
#include "proc/signals.h"
#include "sys/calls.h"
#include "sys/time.h"

struct tms {
    uint32_t user, system, child_user, child_system; /* ticks */
};

void times_tick(void)
{
    static uint32_t last;

    for (struct process *p = process_next(NULL); p; p = process_next(p)) {
        if (p->state == PROCESS_RUNNING && p->group) {
            p->ticks += timer_ticks - last;
            p->group->ticks += timer_ticks - last;
        }
    }
    last = timer_ticks;
}

int time_now(int id, struct clock_time *now)
{
    const struct process *process = current_process();

    if (id < 0 && (id & 3) != 3) { /* of that process or thread, if it is the running one */
        int32_t number = ~(id >> 3);
        id = id & 4 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_PROCESS_CPUTIME_ID;
        id = number == 0 || number == process->tgid || number == process->pid ? id : -1;
    }
    if (id != CLOCK_PROCESS_CPUTIME_ID && id != CLOCK_THREAD_CPUTIME_ID) {
        return clock_now(id, now);
    }
    uint32_t ticks = id == CLOCK_THREAD_CPUTIME_ID ? process->ticks : process->group->ticks;
    uint64_t nanoseconds = ticks % TIMER_HZ * NS_PER_TICK;
    *now = (struct clock_time){ticks / TIMER_HZ, nanoseconds << CLOCK_SHIFT};
    return 0;
}

long usage_tell(struct rusage *to, uint32_t ticks)
{
    const struct rusage usage = {.user = timeval_of(ticks)};

    return to && copy_to_user(to, &usage, sizeof usage) != 0 ? -EFAULT : 0;
}

long sys_getrusage(int who, struct rusage *to)
{
    const struct process *process = current_process();

    switch (who) {
    case RUSAGE_SELF:
        return usage_tell(to, process->group->ticks);
    case RUSAGE_CHILDREN:
        return usage_tell(to, process->group->child_ticks);
    case RUSAGE_THREAD:
        return usage_tell(to, process->ticks);
    default:
        return -EINVAL;
    }
}

long sys_times(struct tms *to)
{
    const struct group *group = current_process()->group;
    const struct tms times = {.user = group->ticks, .child_user = group->child_ticks};

    return to && copy_to_user(to, &times, sizeof times) != 0 ? -EFAULT : (long)clock_ticks();
}
