/* sys/sigwait.c: signals that are taken without a handler, and sent with a value. */

#include "mm/mm.h"
#include "proc/process.h"
#include "proc/signal_frame.h"
#include "proc/signals.h"
#include "sys/calls.h"
#include "sys/time.h"

static long wait_for(sigset wanted, const uint32_t *until, struct signal_info *info)
{
    struct process *process = current_process();
    struct wait_queue nobody = {NULL, NULL};

    for (int is_late = 0;;) {
        if (signal_take(process, wanted, info)) {
            return info->signal;
        }
        if (is_late) {
            return -EAGAIN;
        }
        if (signal_pending(process)) {
            return -EINTR;
        }
        is_late = sleep_limited(&nobody, until);
    }
}

long sys_rt_sigtimedwait(const sigset *set, struct siginfo *to, const struct timespec *timeout,
                         uint32_t size)
{
    struct signal_info info;
    uint32_t until = 0;
    sigset wanted;

    if (size != sizeof wanted) {
        return -EINVAL;
    }
    long error = copy_from_user(&wanted, set, sizeof wanted);
    error = error || !timeout ? error : tick_of(timeout, CLOCK_MONOTONIC, 0, &until);
    if (error) {
        return error;
    }
    wanted &= ~SIGNALS_UNBLOCKABLE;
    current_process()->awaited = wanted;
    long signal = wait_for(wanted, timeout ? &until : NULL, &info);
    current_process()->awaited = 0;
    if (signal > 0 && to) {
        const struct siginfo user = {
            info.signal, 0, info.code, {info.value[0], info.value[1], info.value[2]}, {0}};
        return copy_to_user(to, &user, sizeof user) != 0 ? -EFAULT : signal;
    }
    return signal;
}

/* sigqueue(3): what the program says of the signal is handed on, unless it pretends to be the
 * kernel. */
long sys_rt_sigqueueinfo(int32_t pid, int signal, const struct siginfo *from)
{
    struct siginfo user;
    struct process *process = process_find(pid);

    if (copy_from_user(&user, from, sizeof user) != 0) {
        return -EFAULT;
    }
    if ((user.code >= 0 || user.code == SI_TKILL) && pid != current_process()->tgid) {
        return -EPERM;
    }
    if (!process || !process->group) {
        return -ESRCH;
    }
    if ((uint32_t)signal >= SIGNAL_LIMIT) {
        return -EINVAL;
    }
    const struct signal_info info = {
        signal, user.code, {user.value[0], user.value[1], user.value[2]}};
    if (signal) {
        signal_send_info(process, &info);
    }
    return 0;
}
