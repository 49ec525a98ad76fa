/* sys/groups.c: process groups and sessions: what a shell makes of pipelines, for the terminal. */

#include "proc/process.h"
#include "proc/signals.h"
#include "sys/calls.h"

long sys_setpgid(int32_t pid, int32_t pgid)
{
    struct process *me = current_process()->group->leader;
    struct process *process = pid == 0 ? me : process_find(pid);

    if (pgid < 0) {
        return -EINVAL;
    }
    if (!process || !process->group || (process != me && process->parent != me)) {
        return -ESRCH;
    }
    pgid = pgid == 0 ? process->pid : pgid;
    if (process != me && process->group->has_execed) {
        return -EACCES;
    }
    if (process->group->sid == process->pid || process->group->sid != me->group->sid ||
        (pgid != process->pid && !group_exists(pgid, me->group->sid))) {
        return -EPERM;
    }
    process->group->pgid = pgid;
    return 0;
}

struct group *group_of(int32_t pid)
{
    const struct process *process = pid == 0 ? current_process() : process_find(pid);

    return process ? process->group : NULL;
}

long sys_getpgid(int32_t pid)
{
    const struct group *group = group_of(pid);

    return group ? group->pgid : -ESRCH;
}

long sys_getsid(int32_t pid)
{
    const struct group *group = group_of(pid);

    return group ? group->sid : -ESRCH;
}

long sys_setsid(void)
{
    struct group *group = current_process()->group;

    if (group_exists(current_process()->tgid, 0)) {
        return -EPERM; /* it leads a process group */
    }
    group->sid = group->pgid = group->leader->pid;
    return group->sid;
}
