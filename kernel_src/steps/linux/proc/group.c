/* proc/group.c: threads that are one process, and processes that stop and end together. */

#include "cpu/cpu.h"
#include "fs/inode.h"
#include "kernel/init.h"
#include "lib/lib.h"
#include "mm/space.h"
#include "proc/family.h"
#include "proc/fork.h"
#include "proc/process.h"
#include "proc/program.h"
#include "proc/signals.h"

static int thread_fork(struct process *child, struct process *parent)
{
    child->group = parent->group;
    node_insert(&child->group->members, &child->of_group);
    child->group->threads++;
    child->tgid = parent->tgid;
    child->is_orphan = 1; /* nobody waits for a thread as for a child */
    process_adopt(cpus[0].idle, child);
    return 0;
}

static struct group *group_create(struct process *leader)
{
    struct group *group = memory_alloc(sizeof *group);

    if (group) {
        node_insert(&group->members, &leader->of_group);
        group->leader = leader;
        group->threads = 1;
    }
    leader->group = group;
    leader->tgid = leader->pid;
    return group;
}

/* What a child has of its parent's: process group, session, handlers; nothing that has been sent.
 * The parent of a thread's child is the process. */
static int group_copy(struct process *child, const struct process *parent)
{
    const struct group *from = parent->group;
    struct group *group = group_create(child);

    if (!group) {
        return -ENOMEM;
    }
    group->pgid = from->pgid;
    group->sid = from->sid;
    memcpy(group->action, from->action, sizeof group->action);
    inode_get(from->cwd);
    group->cwd = from->cwd;
    inode_get(from->root);
    group->root = from->root;
    program_set(group, from->exe);
    group->umask = from->umask;
    group->nice = from->nice;
    group->policy = from->policy;
    group->priority = from->priority;
    group->personality = from->personality;
    memcpy(group->properties, from->properties, INHERITED * sizeof from->properties[0]);
    memcpy(group->limits, from->limits, sizeof group->limits);
    process_adopt(from->leader, child);
    return 0;
}

int group_fork(struct process *child, struct process *parent, const struct clone *clone)
{
    child->blocked = parent->blocked;
    if (clone->flags & CLONE_THREAD) {
        return thread_fork(child, parent);
    }
    if ((clone->flags & CLONE_VM) == 0) {
        child->altstack_addr = parent->altstack_addr;
        child->altstack_size = parent->altstack_size;
    }
    uint32_t signal = clone->flags & CLONE_EXIT_SIGNAL;
    int error = group_copy(child, parent);
    if (error == 0) {
        child->group->exit_signal = signal < SIGNAL_LIMIT ? signal : 0; /* none, as in Linux */
    }
    return error;
}

int group_exists(int32_t pgid, int32_t sid)
{
    for (struct process *p = process_next(NULL); p; p = process_next(p)) {
        if (p->group && p->group->pgid == pgid && (sid == 0 || p->group->sid == sid)) {
            return 1;
        }
    }
    return 0;
}

/* A process that the kernel itself makes. */
int group_first(struct process *process)
{
    struct group *group = group_create(process);

    if (group) {
        group->exit_signal = SIGCHLD;
        group->pgid = group->sid = process->pid;
        inode_get(root);
        inode_get(root);
        group->cwd = group->root = root;
        group->umask = 022;
        group->properties[DUMPABLE] = 1;
        limits_first(group);
    }
    return group ? 0 : -ENOMEM;
}

void group_free(struct process *process)
{
    struct group *group = process->group;

    pending_free(&process->pending);
    if (group) {
        node_remove(&process->of_group);
    }
    if (!group || group->leader != process) {
        return;
    }
    program_set(group, NULL);
    inode_put(group->cwd);
    inode_put(group->root);
    pending_free(&group->pending);
    while (group->members) { /* threads that are still to be freed */
        node_owner(group->members, struct process, of_group)->group = NULL;
        node_remove(group->members);
    }
    memory_free(group);
}

void group_exit(int32_t wait_status)
{
    struct group *group = current_process()->group;

    if (!group->is_ending) {
        group->is_ending = 1;
        group->wait_status = wait_status;
        signals_notify_all(group);
    }
    process_exit(group->wait_status);
}

/* The thread that calls execve() becomes the leader: it takes his number and his family. */
static void become_leader(struct process *process)
{
    struct group *group = process->group;
    struct process *old = group->leader;
    int32_t pid = old->pid;

    process_number(old, process->pid);
    process_number(process, pid);
    process->is_orphan = old->is_orphan;
    process_adopt(old->parent, process);
    while (child_first(old)) {
        process_adopt(process, child_first(old));
    }
    group->leader = process;
    init_process = old == init_process ? process : init_process;
    main_process = old == main_process ? process : main_process;
    old->is_orphan = 1;
    process_adopt(cpus[0].idle, old);
}

int group_only_me(struct process *process)
{
    struct group *group = process->group;

    if (process != current_process()) {
        return 0; /* it has never run */
    }
    if (group->is_ending) {
        return -EAGAIN; /* another thread was quicker: this one ends */
    }
    if (group->threads > 1) {
        group->is_ending = 1;
        signals_notify_all(group);
        while (group->threads > 1) {
            sleep_on(&group->thread_ended);
        }
        group->is_ending = 0;
    }
    if (group->leader != process) {
        become_leader(process);
    }
    return 0;
}

void signals_exec(struct process *process)
{
    for (int signal = 1; signal < SIGNAL_LIMIT; signal++) {
        struct sigaction *action = action_of(process, signal);
        *action = (struct sigaction){.handler = action->handler == SIG_IGN ? SIG_IGN : SIG_DFL};
    }
    process->altstack_size = 0;
    process->group->has_execed = 1;
    process->group->exit_signal = SIGCHLD;
    process->clear_tid_addr = 0;
}

static void tell_parent(const struct group *group, int code, int status)
{
    struct process *parent = group->leader->parent;

    if (!parent->group) {
        return;
    }
    if ((action_of(parent, SIGCHLD)->flags & SA_NOCLDSTOP) == 0) {
        const struct signal_info info = {
            .signal = SIGCHLD,
            .code = code,
            .value = {(uint32_t)group->leader->pid, 0, (uint32_t)status}};
        signal_send_info(parent, &info);
    }
    wake_all(&parent->child_ended);
}

void group_stop(struct process *process, int signal)
{
    struct group *group = process->group;

    group->stopped_by = (uint32_t)signal;
    group->tell_stop = 1;
    group->tell_continue = 0;
    signals_notify_all(group);
    tell_parent(group, CLD_STOPPED, signal);
}

void group_continue(struct group *group, int tell)
{
    if (group->stopped_by == 0) {
        return;
    }
    group->stopped_by = 0;
    group->tell_stop = 0;
    group->tell_continue = (uint32_t)tell;
    wake_all(&group->stopped);
    if (tell) {
        tell_parent(group, CLD_CONTINUED, SIGCONT);
    }
}

void group_orphaned(const struct process *process, const struct group *parents)
{
    const struct signal_info hangup = {.signal = SIGHUP, .code = SI_KERNEL};
    const struct signal_info go_on = {.signal = SIGCONT, .code = SI_KERNEL};
    const struct group *group = process->group;
    uint32_t stopped = 0;

    if (!parents || parents->pgid == group->pgid || parents->sid != group->sid) {
        return; /* nobody has left who let it go on */
    }
    for (struct process *p = process_next(NULL); p; p = process_next(p)) {
        stopped |= p->group && p->group->pgid == group->pgid ? p->group->stopped_by : 0;
    }
    if (stopped && !group_may_stop(process)) {
        signal_send_group(group->pgid, &hangup);
        signal_send_group(group->pgid, &go_on);
    }
}

int group_may_stop(const struct process *process)
{
    const struct group *group = process->group;

    for (struct process *p = process_next(NULL); p; p = process_next(p)) {
        /* Process 1 lets nobody go on, as on Linux. */
        const struct group *parents =
            p->parent && p->parent != init_process ? p->parent->group : NULL;
        if (p->group && p->group->pgid == group->pgid && parents && p->group->threads &&
            parents->pgid != group->pgid && parents->sid == group->sid) {
            return 1;
        }
    }
    return 0;
}
