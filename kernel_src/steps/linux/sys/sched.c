/* sys/sched.c: how a program's turns are shared out: sched(7).
 *
 * Everybody takes turns. Who asks for another policy is told that he has it.
 */

#include "mm/mm.h"
#include "proc/process.h"
#include "proc/signals.h"
#include "sys/calls.h"
#include "sys/time.h"

#define SCHED_FIFO 1
#define SCHED_RR 2
#define SCHED_BATCH 3
#define SCHED_DEADLINE 6 /* known, but nobody gets it */
#define RESET_ON_FORK 0x40000000
#define PRIORITY_MAX 99   /* of those two that have priorities */
#define TURN_NS 100000000 /* what Linux tells of SCHED_RR */

static int has_priorities(int policy)
{
    return policy == SCHED_FIFO || policy == SCHED_RR;
}

static int is_policy(int policy)
{
    return policy >= 0 && policy <= SCHED_DEADLINE && policy != SCHED_BATCH + 1;
}

long sys_sched_get_priority_max(int policy)
{
    return has_priorities(policy) ? PRIORITY_MAX : is_policy(policy) ? 0 : -EINVAL;
}

long sys_sched_get_priority_min(int policy)
{
    return has_priorities(policy) ? 1 : is_policy(policy) ? 0 : -EINVAL;
}

static long set(int32_t pid, int policy, const int *from)
{
    struct group *group = group_of(pid);
    int priority;

    if (pid < 0 || !from) {
        return -EINVAL;
    }
    if (copy_from_user(&priority, from, sizeof priority) != 0) {
        return -EFAULT;
    }
    if (!group) {
        return -ESRCH;
    }
    policy = policy < 0 ? (int)group->policy : policy;
    if (!is_policy(policy) || policy == SCHED_DEADLINE ||
        (has_priorities(policy) ? priority < 1 || priority > PRIORITY_MAX : priority != 0)) {
        return -EINVAL;
    }
    group->policy = (uint32_t)policy;
    group->priority = priority;
    return 0;
}

long sys_sched_setscheduler(int32_t pid, int policy, const int *priority)
{
    return policy < 0 ? -EINVAL : set(pid, policy & ~RESET_ON_FORK, priority);
}

long sys_sched_setparam(int32_t pid, const int *priority)
{
    return set(pid, -1, priority);
}

long sys_sched_getscheduler(int32_t pid)
{
    const struct group *group = group_of(pid);

    return pid < 0 ? -EINVAL : group ? (long)group->policy : -ESRCH;
}

long sys_sched_getparam(int32_t pid, int *to)
{
    const struct group *group = group_of(pid);

    if (pid < 0 || !to) {
        return -EINVAL;
    }
    return group ? copy_to_user(to, &group->priority, sizeof group->priority) : -ESRCH;
}

long sys_sched_rr_get_interval(int32_t pid, struct timespec *to)
{
    const struct group *group = group_of(pid);

    if (pid < 0 || !group) {
        return pid < 0 ? -EINVAL : -ESRCH;
    }
    const struct timespec64 turn = {0, group->policy == SCHED_FIFO ? 0
                                       : group->policy == SCHED_RR ? TURN_NS
                                                                   : NS_PER_TICK};
    return times_put(to, &turn, 1);
}
