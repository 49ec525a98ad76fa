/* proc/exit.c: the end of a thread, and with the last one of a process. */

#include "cpu/cpu.h"
#include "fs/tty.h"
#include "include/x86.h"
#include "kernel/init.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/family.h"
#include "proc/futex.h"
#include "proc/program.h"
#include "proc/signals.h"

void vfork_done(struct process *child)
{
    struct process *parent = child->vfork_parent;

    if (parent) {
        child->vfork_parent = NULL;
        parent->vfork_waits = 0;
        process_wake(parent);
    }
}

/* Whoever waits for the thread's end looks at this word: pthread_join(). */
static void clear_tid(struct process *process)
{
    const uint32_t zero = 0;

    if (process->clear_tid_addr != 0) {
        (void)copy_to_user((void *)process->clear_tid_addr, &zero, sizeof zero);
        futex_wake(process->clear_tid_addr, 1);
    }
}

/* The leader stays until all threads have ended: they need what it has. */
int process_is_over(const struct process *process)
{
    const struct group *group = process->group;

    return process->state == PROCESS_ENDED &&
           (!group || group->leader != process || group->threads == 0);
}

/* Its memory cannot go while the CPU uses it: the kernel's own part is in every directory. */
static void space_leave(struct process *process)
{
    struct space *space = process->space;

    process->space = NULL;
    process->page_directory = kernel_page_directory;
    cr3_write(virt_to_phys(kernel_page_directory));
    space_put(space);
}

/* Does the parent not want to know? */
static int is_unwanted(const struct process *parent)
{
    const struct sigaction *action = parent->group ? action_of(parent, SIGCHLD) : NULL;

    return action && (action->handler == SIG_IGN || (action->flags & SA_NOCLDWAIT));
}

/* The last thread has ended: its parent may ask how. */
static void tell_parent(const struct group *group)
{
    struct process *leader = group->leader;
    struct process *parent = leader->parent;
    int signal = group->wait_status & 0x7f;
    const struct signal_info info = {
        .signal = (int)group->exit_signal,
        .code = signal ? CLD_KILLED : CLD_EXITED,
        .value = {(uint32_t)leader->pid, 0,
                  signal ? (uint32_t)signal : (uint32_t)group->wait_status >> 8}};

    if (parent->group && group->exit_signal) {
        signal_send_info(parent, &info);
    }
    if (group->exit_signal == SIGCHLD && is_unwanted(parent)) {
        leader->is_orphan = 1;
        process_adopt(cpus[0].idle, leader);
    }
    wake_all(&parent->child_ended);
}

/* Who takes its children, and asks after all: the next above it that wants to, or process 1;
 * without one, the first CPU's idle process. */
static struct process *reaper_of(const struct process *process)
{
    struct process *reaper = process->parent;

    while (reaper->group && !reaper->group->properties[TAKES_ORPHANS]) {
        reaper = reaper->parent;
    }
    return reaper->group ? reaper : init_process && init_process != process ? init_process : reaper;
}

static void children_leave(struct process *process)
{
    struct process *reaper = reaper_of(process), *child;

    while ((child = child_first(process))) {
        int signal = (int)child->group->properties[PARENT_DEATH_SIGNAL];
        child->is_orphan = !reaper->group;
        child->group->exit_signal = SIGCHLD;
        process_adopt(reaper, child);
        group_orphaned(child, process->group);
        if (signal) {
            signal_send(child, signal);
        }
        if (reaper->group && child->group->threads == 0) {
            tell_parent(child->group);
        }
    }
}

static void group_ended(const struct group *group)
{
    struct process *leader = group->leader;
    int signal = group->wait_status & 0x7f;

    leader->wait_status = group->wait_status;
    if (leader->killed_by == NOT_KILLED) {
        leader->exit_status = signal ? 128 + signal : group->wait_status >> 8;
    }
    if (leader == main_process) {
        init_ended(group->wait_status);
    }
    tty_leave(group);
    tell_parent(group);
}

void process_exit(int32_t wait_status)
{
    struct process *process = current_process();
    struct group *group = process->group;

    if (!group->is_ending) {
        group->wait_status = wait_status; /* that of the last one counts */
    }
    futex_leave(process);
    clear_tid(process);
    vfork_done(process);
    space_leave(process);
    process_release(process);
    process->state = PROCESS_ENDED;
    group->threads--;
    wake_all(&group->thread_ended);
    signals_notify_all(group); /* what it was to take is another's now */
    if (group->threads == 0) {
        program_set(group, NULL);
        children_leave(group->leader);
        group_orphaned(group->leader, group->leader->parent->group);
        group_ended(group);
    }
    process_leave();
    __builtin_unreachable(); /* nobody switches to a process that has ended */
}
