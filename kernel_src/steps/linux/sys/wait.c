/* sys/wait.c: how did a child end, or stop? */

#include "mm/mm.h"
#include "proc/family.h"
#include "proc/signal_frame.h"
#include "proc/signals.h"
#include "sys/calls.h"
#include "sys/times.h"

#define STATUS_STOPPED 0x7f
#define STATUS_CONTINUED 0xffff

/* Which children are meant: a number, a process group, or all. */
static int is_meant(const struct process *child, int32_t pid)
{
    int32_t own_pgid = current_process()->group->pgid;

    return pid == -1 || pid > 0 || (pid == 0 && child->group->pgid == own_pgid) ||
           (pid < -1 && child->group->pgid == -pid);
}

/* Is there something to tell of a child? */
static int has_news(const struct process *child, int options)
{
    const struct group *group = child->group;

    return ((options & WEXITED) && group->threads == 0) ||
           ((options & WUNTRACED) && group->tell_stop) ||
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
    struct process *child = pid > 0 ? process_find(pid) : child_first(parent);

    *any = 0;
    for (; child && child->parent == parent; child = pid > 0 ? NULL : child_next(child)) {
        int is_clone = child->group->exit_signal != SIGCHLD;
        if (is_meant(child, pid) && ((options & WALL) || is_clone == ((options & WCLONE) != 0))) {
            *any = 1;
            if (has_news(child, options)) {
                return child;
            }
        }
    }
    return NULL;
}

/* Until a child has news. Returns 0 or -errno; there may be no news if it was not to wait. */
static long wait_for(struct process *parent, int32_t pid, int options, struct process **child)
{
    int any;

    while (!(*child = find(parent, pid, options, &any)) && any) {
        if (options & WNOHANG) {
            return 0;
        }
        if (signal_pending(current_process())) {
            return -ERESTARTSYS;
        }
        sleep_on(&parent->child_ended);
    }
    return *child ? 0 : -ECHILD;
}

long sys_wait4(int32_t pid, int *to, int options, void *usage)
{
    struct process *parent = current_process()->group->leader;
    struct process *child;

    if (pid == INT32_MIN) {
        return -ESRCH; /* its group could not be named */
    }
    if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | WALL | WCLONE | WNOTHREAD)) {
        return -EINVAL;
    }
    long error = wait_for(parent, pid, options | WEXITED, &child);
    if (!child) {
        return error;
    }
    int32_t number = child->pid;
    int32_t status = take_news(child, options | WEXITED);
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

/* What waitid() tells of a status that wait4() would give. */
static struct siginfo told_of(const struct process *child, int32_t status)
{
    int signal = status & 0x7f;
    int code = status == STATUS_CONTINUED ? CLD_CONTINUED
               : signal == STATUS_STOPPED ? CLD_STOPPED
               : signal                   ? CLD_KILLED
                                          : CLD_EXITED;
    int value = code == CLD_CONTINUED ? SIGCONT : code == CLD_KILLED ? signal : status >> 8 & 0xff;

    return (struct siginfo){
        .signal = SIGCHLD, .code = code, .value = {(uint32_t)child->pid, 0, (uint32_t)value}};
}

long sys_waitid(int kind, int32_t id, struct siginfo *to, int options, struct rusage *usage)
{
    const int known = WNOHANG | WNOWAIT | WEXITED | WUNTRACED | WCONTINUED;
    struct process *parent = current_process()->group->leader;
    struct siginfo info = {0};
    struct process *child;

    if ((options & ~(known | WALL | WCLONE | WNOTHREAD)) ||
        (options & (WEXITED | WUNTRACED | WCONTINUED)) == 0 || (uint32_t)kind > P_PGID ||
        (kind != P_ALL && id < (kind == P_PID))) {
        return -EINVAL;
    }
    long error = wait_for(parent, kind == P_ALL ? -1 : kind == P_PID ? id : -id, options, &child);
    if (error) {
        return error;
    }
    uint32_t ticks = 0;
    if (child) {
        struct group *group = child->group;
        uint32_t stop = group->tell_stop, go = group->tell_continue;
        info = told_of(child, take_news(child, options));
        ticks = group->ticks + group->child_ticks;
        if (options & WNOWAIT) {
            group->tell_stop = stop;
            group->tell_continue = go;
        } else if (group->threads == 0) {
            parent->group->child_ticks += ticks;
            process_destroy(child);
        }
    }
    return (to && copy_to_user(to, &info, sizeof info) != 0) || usage_tell(usage, ticks) != 0
               ? -EFAULT
               : 0;
}
