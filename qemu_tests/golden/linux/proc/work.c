/* proc/work.c: what is to be done before a process goes back to ring 3: signals, mostly. */

#include "cpu/fpu.h"
#include "include/kernel_lock.h"
#include "kernel/init.h"
#include "proc/process.h"
#include "proc/signals.h"

#define INSTRUCTION_BYTES 2 /* of `int 0x80`: also of the one in the page before SYSENTER_RETURN */

static int in_system_call(const struct pt_regs *regs)
{
    return regs->orig_eax != (uint32_t)NO_SYSTEM_CALL;
}

static void call_again(struct pt_regs *regs)
{
    regs->eax = regs->orig_eax;
    regs->eip -= INSTRUCTION_BYTES;
}

/* A call was interrupted, and no handler runs: the program need not know. */
static void restart_unseen(struct pt_regs *regs)
{
    int32_t result = (int32_t)regs->eax;

    if (in_system_call(regs) && (result == -ERESTARTSYS || result == -ERESTARTNOHAND)) {
        call_again(regs);
    }
}

/* A handler runs: it depends on what the program wanted. */
static void restart_or_fail(struct pt_regs *regs, const struct sigaction *action)
{
    int32_t result = (int32_t)regs->eax;

    if (!in_system_call(regs) || (result != -ERESTARTSYS && result != -ERESTARTNOHAND)) {
        return;
    }
    current_process()->restart_tick = 0;
    if (result == -ERESTARTSYS && (action->flags & SA_RESTART)) {
        call_again(regs);
    } else {
        regs->eax = (uint32_t)-EINTR;
    }
}

/* The mask to come back to: sigsuspend() has put another in place of the program's. */
static sigset mask_to_restore(struct process *process)
{
    sigset mask = process->has_saved_mask ? process->saved_mask : process->blocked;

    process->has_saved_mask = 0;
    return mask;
}

/* Was a call interrupted that waits with a mask of its own? If not, none of what that mask lets
 * through is for now. */
static int is_interrupted(const struct pt_regs *regs)
{
    return (int32_t)regs->eax == -ERESTARTNOHAND || (int32_t)regs->eax == -EINTR;
}

static void run_handler(struct pt_regs *regs, const struct signal_info *info)
{
    struct process *process = current_process();
    struct sigaction *action = action_of(process, info->signal);

    restart_or_fail(regs, action);
    if (signal_frame_build(regs, info, mask_to_restore(process)) != 0) {
        /* No room for a handler's frame: Linux ends it by SIGSEGV, unless that has a handler. */
        if (info->signal == SIGSEGV) {
            action->handler = SIG_DFL;
        }
        signal_force(SIGSEGV, SI_KERNEL, 0);
        return;
    }
    fpu_reset(process);
    process->blocked |= action->mask & ~SIGNALS_UNBLOCKABLE;
    if ((action->flags & SA_NODEFER) == 0) {
        process->blocked |= signal_bit(info->signal);
    }
    if (action->flags & SA_RESETHAND) {
        action->handler = SIG_DFL;
    }
    regs->orig_eax = NO_SYSTEM_CALL;
}

/* A killed process says which exception it was, if it was one. */
static void die(struct process *process, int signal)
{
    if (process->forced == (uint32_t)signal) {
        process->group->leader->killed_by = (int32_t)process->trap_vector;
    }
    group_exit(signal);
}

/* Process 1 has no default actions but for its own exceptions: nobody else could go on. */
static int spares_init(int signal)
{
    const struct process *process = current_process();

    return process->group->leader == init_protected() && process->forced != (uint32_t)signal;
}

static void act(struct pt_regs *regs, const struct signal_info *info)
{
    struct process *process = current_process();
    const struct sigaction *action = action_of(process, info->signal);
    sigset bit = signal_bit(info->signal);

    if (action->handler == SIG_IGN || (action->handler == SIG_DFL && spares_init(info->signal))) {
        return;
    }
    if (action->handler != SIG_DFL) {
        run_handler(regs, info);
    } else if (info->signal == SIGSTOP || ((bit & SIGNALS_STOP_TTY) && group_may_stop(process))) {
        group_stop(process, info->signal);
    } else if ((bit & (SIGNALS_STOP_TTY | SIGNALS_IGNORED)) == 0) {
        die(process, info->signal);
    }
}

void work_before_return(struct pt_regs *regs)
{
    struct process *process = current_process();
    struct signal_info info;

    kernel_lock_acquire();
    if (process->work & WORK_SINGLE_STEP) {
        regs->eflags |= EFLAGS_TF; /* the #DB comes after the first instruction in ring 3 */
    }
    if (!is_interrupted(regs)) {
        process->blocked = mask_to_restore(process);
    }
    do {
        while (process->group->is_ending || process->group->stopped_by ||
               signal_take(process, ~process->blocked | SIGNALS_UNBLOCKABLE, &info)) {
            if (process->group->is_ending) {
                process_exit(process->group->wait_status);
            }
            if (process->group->stopped_by) {
                sleep_on(&process->group->stopped);
            } else {
                act(regs, &info);
            }
        }
        restart_unseen(regs);
        process->blocked = mask_to_restore(process);
        process->work = 0;     /* IRET does the rest */
        signals_look(process); /* the mask that came back may let something through */
    } while (process->work != 0);
    process->forced = 0;
    kernel_lock_release();
}
