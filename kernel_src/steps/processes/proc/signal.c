/* proc/signal.c: telling a process to end. */

#include "proc/process.h"
#include "proc/sleep.h"

/* SDM 3A 6.15; Linux arch/x86/kernel/traps.c. */
int signal_of_trap(uint32_t vector)
{
    switch (vector) {
    case VECTOR_DE:
    case VECTOR_MF:
    case VECTOR_XM:
        return SIGFPE;
    case VECTOR_DB:
    case VECTOR_BP:
        return SIGTRAP;
    case VECTOR_UD:
        return SIGILL;
    case VECTOR_NP:
    case VECTOR_SS:
    case VECTOR_AC:
        return SIGBUS;
    default:
        return SIGSEGV;
    }
}

int signal_pending(const struct process *process)
{
    return process->killed_by_signal != 0;
}

int is_dying(const struct process *process)
{
    return signal_pending(process);
}

static int is_ignored(int signal)
{
    return signal == SIGCHLD || signal == SIGCONT || signal == SIGURG || signal == SIGWINCH;
}

/* It ends on its own way back to ring 3; a sleeper is woken for that. */
void signal_send(struct process *process, int signal)
{
    if (process->state == PROCESS_ENDED || is_ignored(signal)) {
        return;
    }
    process->killed_by_signal = signal;
    process->work |= WORK_SIGNAL;
    process_wake(process);
}
