/* sys/kill.c: system calls that send signals. */

#include "proc/process.h"
#include "proc/signals.h"
#include "sys/calls.h"

static struct signal_info from_me(int signal, int code)
{
    return (struct signal_info){
        .signal = signal, .code = code, .value = {(uint32_t)current_process()->tgid}};
}

long sys_kill(int32_t pid, int signal)
{
    const struct signal_info info = from_me(signal, SI_USER);

    struct process *process = pid > 0 ? process_find(pid) : NULL;

    if (pid > 0 && (!process || !process->group)) {
        return -ESRCH;
    }
    if ((uint32_t)signal >= SIGNAL_LIMIT) {
        return -EINVAL;
    }
    if (pid <= 0) {
        int32_t pgid = pid == 0 ? current_process()->group->pgid : pid == -1 ? EVERYBODY : -pid;
        return signal_send_group(pgid, &info) ? 0 : -ESRCH;
    }
    if (signal) {
        signal_send_info(process, &info);
    }
    return 0;
}

long sys_tgkill(int32_t tgid, int32_t tid, int signal)
{
    const struct signal_info info = from_me(signal, SI_TKILL);

    if (tgid <= 0 || tid <= 0) {
        return -EINVAL;
    }
    struct process *thread = process_find(tid);
    if (!thread || thread->tgid != tgid || thread->state == PROCESS_ENDED) {
        return -ESRCH;
    }
    if ((uint32_t)signal >= SIGNAL_LIMIT) {
        return -EINVAL;
    }
    if (signal) {
        signal_send_thread(thread, &info);
    }
    return 0;
}

long sys_tkill(int32_t tid, int signal)
{
    const struct process *thread = tid > 0 ? process_find(tid) : NULL;

    return tid <= 0 ? -EINVAL : !thread ? -ESRCH : sys_tgkill(thread->tgid, tid, signal);
}
