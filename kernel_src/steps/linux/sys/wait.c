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

/* Of a child: its number, the status that wait4() gives, and how long it had a CPU. */
struct news {
    int32_t pid, status;
    uint32_t ticks;
};

/* All zeros if it was not to wait. Returns 0 or -errno. */
static long wait_news(int32_t pid, int options, struct news *news)
{
    struct process *parent = current_process()->group->leader, *child;
    long error = wait_for(parent, pid, options, &child);

    *news = (struct news){0, 0, 0};
    if (!child) {
        return error;
    }
    struct group *group = child->group;
    uint32_t stop = group->tell_stop, go = group->tell_continue;
    *news = (struct news){child->pid, take_news(child, options), group->ticks + group->child_ticks};
    if (options & WNOWAIT) {
        group->tell_stop = stop;
        group->tell_continue = go;
    } else if (group->threads == 0) {
        parent->group->child_ticks += news->ticks;
        process_destroy(child);
    }
    return 0;
}

long sys_wait4(int32_t pid, int *to, int options, void *usage)
{
    struct news news;

    if (pid == INT32_MIN) {
        return -ESRCH; /* its group could not be named */
    }
    if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | WALL | WCLONE | WNOTHREAD)) {
        return -EINVAL;
    }
    long error = wait_news(pid, options | WEXITED, &news);
    if (error || !news.pid) {
        return error;
    }
    return (to && copy_to_user(to, &news.status, sizeof news.status) != 0) ||
                   usage_tell(usage, news.ticks) != 0
               ? -EFAULT
               : news.pid;
}

/* What waitid() tells of it. */
static struct siginfo told_of(const struct news *news)
{
    int signal = news->status & 0x7f;
    int code = news->status == STATUS_CONTINUED ? CLD_CONTINUED
               : signal == STATUS_STOPPED       ? CLD_STOPPED
               : signal                         ? CLD_KILLED
                                                : CLD_EXITED;
    int value = code == CLD_CONTINUED ? SIGCONT
                : code == CLD_KILLED  ? signal
                                      : news->status >> 8 & 0xff;

    return !news->pid ? (struct siginfo){0}
                      : (struct siginfo){.signal = SIGCHLD,
                                         .code = code,
                                         .value = {(uint32_t)news->pid, 0, (uint32_t)value}};
}

long sys_waitid(int kind, int32_t id, struct siginfo *to, int options, struct rusage *usage)
{
    const int known = WNOHANG | WNOWAIT | WEXITED | WUNTRACED | WCONTINUED;
    struct news news;

    if ((options & ~(known | WALL | WCLONE | WNOTHREAD)) ||
        (options & (WEXITED | WUNTRACED | WCONTINUED)) == 0 || (uint32_t)kind > P_PGID ||
        (kind != P_ALL && id < (kind == P_PID))) {
        return -EINVAL;
    }
    long error = wait_news(kind == P_ALL ? -1 : kind == P_PID ? id : -id, options, &news);
    if (error) {
        return error;
    }
    const struct siginfo info = told_of(&news);
    return (to && copy_to_user(to, &info, sizeof info) != 0) || usage_tell(usage, news.ticks) != 0
               ? -EFAULT
               : 0;
}
