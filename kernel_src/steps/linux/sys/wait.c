/* sys/wait.c: how did a child end, or stop? */

#include "mm/mm.h"
#include "proc/process.h"
#include "proc/signals.h"
#include "sys/calls.h"
#include "sys/times.h"

#define STATUS_STOPPED 0x7f
#define STATUS_CONTINUED 0xffff

/* Which children are meant: a number, a process group, or all. */
static int is_meant(const struct process *child, int32_t pid)
{
    int32_t own_pgid = current_process()->group->pgid;

    return pid == -1 || (pid > 0 && child->pid == pid) ||
           (pid == 0 && child->group->pgid == own_pgid) || (pid < -1 && child->group->pgid == -pid);
}

/* Is there something to tell of a child? */
static int has_news(const struct process *child, int options)
{
    const struct group *group = child->group;

    return group->threads == 0 || ((options & WUNTRACED) && group->tell_stop) ||
           ((options & WCONTINUED) && group->tell_continue);
}

/* What it is; it is told once. */
static int32_t take_news(const struct process *child, int options)
{
    struct group *group = child->group;

    if (group->threads == 0) {
        return child->wait_status;
    }
    if ((options & WUNTRACED) && group->tell_stop) {
        group->tell_stop = 0;
        return (int32_t)(group->stopped_by << 8 | STATUS_STOPPED);
    }
    group->tell_continue = 0;
    return STATUS_CONTINUED;
}

/* The oldest child with news, or NULL; `any`: is there a child at all? */
static struct process *find(const struct process *parent, int32_t pid, int options, int *any)
{
    struct process *found = NULL;

    *any = 0;
    for (struct process *child = parent->children; child; child = child->sibling) {
        int is_clone = child->group->exit_signal != SIGCHLD;
        if (is_meant(child, pid) && ((options & WALL) || is_clone == ((options & WCLONE) != 0))) {
            *any = 1;
            found = has_news(child, options) ? child : found;
        }
    }
    return found;
}

long sys_wait4(int32_t pid, int *to, int options, void *usage)
{
    struct process *parent = current_process()->group->leader;
    struct process *child;
    int any;

    if (pid == INT32_MIN) {
        return -ESRCH; /* its group could not be named */
    }
    if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | WALL | WCLONE | WNOTHREAD)) {
        return -EINVAL;
    }
    while (!(child = find(parent, pid, options, &any)) && any) {
        if (options & WNOHANG) {
            return 0;
        }
        if (signal_pending(current_process())) {
            return -ERESTARTSYS;
        }
        sleep_on(&parent->child_ended);
    }
    if (!child) {
        return -ECHILD;
    }
    int32_t number = child->pid;
    int32_t status = take_news(child, options);
    uint32_t ticks = child->group->ticks + child->group->child_ticks;
    if (child->group->threads == 0) {
        parent->group->child_ticks += ticks;
        process_destroy(child);
    }
    if ((to && copy_to_user(to, &status, sizeof status) != 0) || usage_tell(usage, ticks) != 0) {
        return -EFAULT;
    }
    return number;
}
