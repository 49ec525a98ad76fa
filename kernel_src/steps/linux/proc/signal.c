/* proc/signal.c: signals on their way (Linux kernel/signal.c). */

#include "proc/signals.h"

#include "cpu/wake.h"
#include "fs/file.h"
#include "fs/ready.h"
#include "kernel/init.h"
#include "mm/space.h"
#include "proc/process.h"

#define SIGNALS_STOP (signal_bit(SIGSTOP) | SIGNALS_STOP_TTY)

static int is_default(const struct process *process, int signal)
{
    return action_of(process, signal)->handler == SIG_DFL;
}

/* The idle process has no signals. */
int signal_pending(const struct process *process)
{
    const struct group *group = process->group;

    return group && (group->is_ending || group->stopped_by ||
                     ((process->pending.set | group->pending.set) & ~signals_put_off(process)));
}

/* Signals without a handler that end a process. */
static sigset deadly(const struct process *process)
{
    sigset set = ~(SIGNALS_IGNORED | SIGNALS_STOP);

    for (int signal = 1; signal < SIGNAL_LIMIT; signal++) {
        set &= is_default(process, signal) ? set : ~signal_bit(signal);
    }
    return set & ~process->blocked;
}

int is_dying(const struct process *process)
{
    const struct group *group = process->group;

    return group &&
           (group->is_ending || ((process->pending.set | group->pending.set) & deadly(process)));
}

/* Nothing would come of it. One that is blocked may find another action when it arrives. Process 1
 * is not ended by what it did not ask for. */
static int is_ignored(const struct process *process, int signal)
{
    if (process->blocked & signal_bit(signal)) {
        return 0;
    }
    return action_of(process, signal)->handler == SIG_IGN ||
           (is_default(process, signal) && (signal_bit(signal) & SIGNALS_IGNORED)) ||
           (is_default(process, signal) && process->group->leader == init_protected());
}

void signals_look(struct process *process)
{
    if (signal_pending(process)) {
        process->work |= WORK_SIGNAL;
    }
}

/* It looks when it next leaves the kernel; a sleeper is woken, a running one interrupted. */
static void notify(struct process *thread)
{
    signals_look(thread);
    if (thread->work & WORK_SIGNAL) {
        process_wake(thread);
        cpu_wake_others();
    }
}

/* Every thread of a process, starting with `thread` NULL. */
static struct process *next_thread(const struct group *group, const struct process *thread)
{
    struct node *node = thread ? thread->of_group.next : group->members;

    while (node && node_owner(node, struct process, of_group)->state == PROCESS_ENDED) {
        node = node->next;
    }
    return node ? node_owner(node, struct process, of_group) : NULL;
}

void signals_notify_all(const struct group *group)
{
    for (struct process *t = next_thread(group, NULL); t; t = next_thread(group, t)) {
        notify(t);
    }
}

/* The first thread that does not block it, the leader if he can. */
static void notify_one(struct process *process, int signal)
{
    struct group *group = process->group;

    if (group->leader->state != PROCESS_ENDED &&
        !(signals_put_off(group->leader) & signal_bit(signal))) {
        notify(group->leader);
        return;
    }
    for (struct process *t = next_thread(group, NULL); t; t = next_thread(group, t)) {
        if ((signals_put_off(t) & signal_bit(signal)) == 0) {
            notify(t);
            return;
        }
    }
}

static void pending_remove(struct pending_list *list, sigset set)
{
    for (struct pending **link = &list->first; *link;) {
        struct pending *pending = *link;
        if (set & signal_bit(pending->info.signal)) {
            *link = pending->next;
            memory_free(pending);
        } else {
            link = &pending->next;
        }
    }
    list->set &= ~set;
}

void pending_free(struct pending_list *list)
{
    pending_remove(list, ~(sigset)0);
}

static void forget(struct group *group, sigset set)
{
    pending_remove(&group->pending, set);
    for (struct process *t = next_thread(group, NULL); t; t = next_thread(group, t)) {
        pending_remove(&t->pending, set);
    }
}

void signal_forget(struct process *process, int signal)
{
    forget(process->group, signal_bit(signal));
}

/* The old signals are sent once, however often they are sent; SIGRTMIN and above queue. */
static void pending_add(struct pending_list *list, const struct signal_info *info)
{
    if (info->signal < SIGRTMIN && (list->set & signal_bit(info->signal))) {
        return;
    }
    struct pending **link = &list->first;
    struct pending *pending = memory_alloc(sizeof *pending);
    ready_changed(&signals_arrived);
    list->set |= signal_bit(info->signal); /* without memory it arrives, but says no more */
    if (!pending) {
        return;
    }
    while (*link) {
        link = &(*link)->next;
    }
    pending->info = *info;
    *link = pending;
}

/* A stop takes back a continue that has not arrived, and the other way round. */
static void stop_or_continue(struct process *process, int signal)
{
    struct group *group = process->group;

    if (signal == SIGCONT || signal == SIGKILL) {
        forget(group, SIGNALS_STOP);
        group_continue(group, signal == SIGCONT);
    } else if (signal_bit(signal) & SIGNALS_STOP) {
        forget(group, signal_bit(SIGCONT));
    }
}

void signal_send_info(struct process *process, const struct signal_info *info)
{
    if (process->group->threads == 0) {
        return;
    }
    stop_or_continue(process, info->signal);
    if (is_ignored(process, info->signal)) {
        return;
    }
    pending_add(&process->group->pending, info);
    notify_one(process, info->signal);
}

void signal_send_thread(struct process *thread, const struct signal_info *info)
{
    if (thread->state == PROCESS_ENDED) {
        return;
    }
    stop_or_continue(thread, info->signal);
    if (!is_ignored(thread, info->signal)) {
        pending_add(&thread->pending, info);
        notify(thread);
    }
}

void signal_send(struct process *process, int signal)
{
    const struct signal_info info = {.signal = signal, .code = SI_KERNEL};

    signal_send_info(process, &info);
}

uint32_t signal_send_group(int32_t pgid, const struct signal_info *info)
{
    const struct group *own = current_process()->group;
    uint32_t count = 0;

    for (struct process *p = process_next(NULL); p; p = process_next(p)) {
        if (p->group && p->group->leader == p && p->group->threads &&
            (pgid == EVERYBODY ? p != init_process && p->group != own : p->group->pgid == pgid)) {
            if (info->signal != 0) {
                signal_send_info(p, info);
            }
            count++;
        }
    }
    return count;
}

void signal_force(int signal, int code, uint32_t address)
{
    struct process *process = current_process();
    struct sigaction *action = action_of(process, signal);
    const struct signal_info info = {.signal = signal, .code = code, .value = {address}};

    if ((process->blocked & signal_bit(signal)) || action->handler == SIG_IGN) {
        action->handler = SIG_DFL;
        process->blocked &= ~signal_bit(signal);
    }
    pending_add(&process->pending, &info);
    process->forced = (uint32_t)signal; /* even process 1 ends of this */
    signals_look(process);
}

/* The lowest number of a set that a list has, faults before all others. */
static int lowest(sigset set)
{
    const sigset faults = signal_bit(SIGSEGV) | signal_bit(SIGBUS) | signal_bit(SIGILL) |
                          signal_bit(SIGTRAP) | signal_bit(SIGFPE) | signal_bit(SIGSYS);
    sigset first = set & faults ? set & faults : set;
    uint32_t low = (uint32_t)first;

    return low ? __builtin_ctz(low) + 1 : __builtin_ctz((uint32_t)(first >> 32)) + 33;
}

static void pending_take(struct pending_list *list, int signal, struct signal_info *info)
{
    struct pending **link = &list->first;
    int more = 0;

    *info = (struct signal_info){.signal = signal, .code = SI_USER};
    while (*link && (*link)->info.signal != signal) {
        link = &(*link)->next;
    }
    struct pending *found = *link;
    if (found) {
        *info = found->info;
        *link = found->next;
        memory_free(found);
    }
    for (const struct pending *p = *link; p; p = p->next) {
        more |= p->info.signal == signal;
    }
    if (!more) {
        list->set &= ~signal_bit(signal);
    }
}

int signal_take(struct process *process, sigset allowed, struct signal_info *info)
{
    struct pending_list *own = &process->pending, *shared = &process->group->pending;
    struct pending_list *list = own->set & allowed ? own : shared;
    int is_there = (list->set & allowed) != 0;

    if (is_there) {
        pending_take(list, lowest(list->set & allowed), info);
    }
    return is_there;
}
