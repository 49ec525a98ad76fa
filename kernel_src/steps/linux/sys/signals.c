/* sys/signals.c: system calls about signals. */

#include "mm/mm.h"
#include "proc/process.h"
#include "proc/signals.h"
#include "sys/calls.h"

/* sigaction() as it was before there were more than 32 signals. */
struct old_sigaction {
    uint32_t handler;
    uint32_t mask;
    uint32_t flags;
    uint32_t restorer;
};

static int is_signal(int signal)
{
    return signal >= 1 && signal < SIGNAL_LIMIT;
}

/* What was sent and would now be ignored is forgotten. */
static void set_action(struct process *process, int signal, const struct sigaction *action)
{
    sigset bit = signal_bit(signal);

    *action_of(process, signal) = *action;
    action_of(process, signal)->mask &= ~SIGNALS_UNBLOCKABLE;
    if (action->handler == SIG_IGN || (action->handler == SIG_DFL && (bit & SIGNALS_IGNORED))) {
        signal_forget(process, signal);
    }
}

/* Returns 0, and the old action, or -EINVAL. */
static long do_sigaction(int signal, const struct sigaction *new, struct sigaction *old)
{
    struct process *process = current_process();

    if (!is_signal(signal) || (new && (signal_bit(signal) & SIGNALS_UNBLOCKABLE))) {
        return -EINVAL;
    }
    *old = *action_of(process, signal);
    if (new) {
        set_action(process, signal, new);
    }
    return 0;
}

long sys_rt_sigaction(int signal, const struct sigaction *new, struct sigaction *old,
                      uint32_t mask_size)
{
    struct sigaction action, before;

    if (mask_size != sizeof(sigset)) {
        return -EINVAL;
    }
    if (new != NULL && copy_from_user(&action, new, sizeof action) != 0) {
        return -EFAULT;
    }
    long error = do_sigaction(signal, new ? &action : NULL, &before);
    return error || !old ? error : copy_to_user(old, &before, sizeof before);
}

long sys_sigaction(int signal, const struct old_sigaction *new, struct old_sigaction *old)
{
    struct old_sigaction user;
    struct sigaction action, before;

    if (new) {
        if (copy_from_user(&user, new, sizeof user) != 0) {
            return -EFAULT;
        }
        action = (struct sigaction){user.handler, user.flags, user.restorer, user.mask};
    }
    long error = do_sigaction(signal, new ? &action : NULL, &before);
    if (error || !old) {
        return error;
    }
    user = (struct old_sigaction){before.handler, (uint32_t)before.mask, before.flags,
                                  before.restorer};
    return copy_to_user(old, &user, sizeof user);
}

/* Change the mask, of which `affected` are the signals that the caller names. */
static long change_mask(int how, sigset set, sigset affected)
{
    struct process *process = current_process();
    sigset mask = process->blocked;

    switch (how) {
    case SIG_BLOCK:
        mask |= set;
        break;
    case SIG_UNBLOCK:
        mask &= ~set;
        break;
    case SIG_SETMASK:
        mask = (mask & ~affected) | set;
        break;
    default:
        return -EINVAL;
    }
    process->blocked = mask & ~SIGNALS_UNBLOCKABLE;
    signals_look(process);
    if (process->group->pending.set & process->blocked) {
        signals_notify_all(process->group); /* another thread may take it */
    }
    return 0;
}

/* The masks have `size` bytes: the first 32 signals, or all. */
static long do_sigprocmask(int how, const void *new, void *old, uint32_t size)
{
    sigset before = current_process()->blocked, set = 0;

    if (new &&copy_from_user(&set, new, size) != 0) {
        return -EFAULT;
    }
    long error = new ? change_mask(how, set, size == sizeof set ? ~(sigset)0 : UINT32_MAX) : 0;
    return error || !old ? error : copy_to_user(old, &before, size);
}

long sys_rt_sigprocmask(int how, const sigset *new, sigset *old, uint32_t mask_size)
{
    return mask_size == sizeof *new ? do_sigprocmask(how, new, old, mask_size) : -EINVAL;
}

long sys_sigprocmask(int how, const uint32_t *new, uint32_t *old)
{
    return do_sigprocmask(how, new, old, sizeof *new);
}

static sigset arrived(void)
{
    const struct process *process = current_process();

    return (process->pending.set | process->group->pending.set) & process->blocked;
}

long sys_rt_sigpending(sigset *to, uint32_t mask_size)
{
    sigset set = arrived();

    return mask_size > sizeof set ? -EINVAL : copy_to_user(to, &set, mask_size);
}

long sys_sigpending(uint32_t *to)
{
    uint32_t set = (uint32_t)arrived();

    return copy_to_user(to, &set, sizeof set);
}

/* The old mask comes back on the way out, when a handler has been called: see proc/work.c. */
static void wait_with(sigset mask)
{
    struct process *process = current_process();

    process->saved_mask = process->blocked;
    process->has_saved_mask = 1;
    process->blocked = mask & ~SIGNALS_UNBLOCKABLE;
    process->work |= WORK_SIGNAL;
}

long signals_wait_with(const sigset *mask, uint32_t mask_size)
{
    sigset set;

    if (mask_size != sizeof set) {
        return -EINVAL;
    }
    if (copy_from_user(&set, mask, sizeof set) != 0) {
        return -EFAULT;
    }
    wait_with(set);
    return 0;
}

long sys_rt_sigsuspend(const sigset *mask, uint32_t mask_size)
{
    long error = signals_wait_with(mask, mask_size);

    return error ? error : sys_pause();
}

long sys_sigsuspend(uint32_t unused1, uint32_t unused2, uint32_t mask)
{
    (void)unused1;
    (void)unused2;
    wait_with(mask);
    return sys_pause();
}

struct stack {
    uint32_t address;
    int32_t flags;
    uint32_t size;
};

long sys_sigaltstack(const struct stack *new, struct stack *old)
{
    struct process *process = current_process();
    const struct stack before = {process->altstack_addr,
                                 altstack_flags(process, process_regs(process)->esp),
                                 process->altstack_size};

    if (new) {
        struct stack stack;
        if (copy_from_user(&stack, new, sizeof stack) != 0) {
            return -EFAULT;
        }
        if (before.flags == SS_ONSTACK) {
            return -EPERM;
        }
        if (stack.flags != 0 && stack.flags != SS_ONSTACK && stack.flags != SS_DISABLE) {
            return -EINVAL;
        }
        if (stack.flags != SS_DISABLE && stack.size < MINSIGSTKSZ) {
            return -ENOMEM;
        }
        process->altstack_addr = stack.flags == SS_DISABLE ? 0 : stack.address;
        process->altstack_size = stack.flags == SS_DISABLE ? 0 : stack.size;
    }
    return old ? copy_to_user(old, &before, sizeof before) : 0;
}
