/* sys/trace.c: system calls, signals and ends, told to the host as they happen.
 *
 * A call is told twice: when it begins, and when it comes back; what a signal does stands between.
 */

#include "sys/trace.h"

#include "dev/host_tell.h"
#include "mm/mm.h"
#include "proc/process.h"
#include "proc/signals.h"
#include "sys/calls.h"

#define SYSCALL_ENTRY __attribute__((fastcall)) /* the first argument arrives in ECX */

typedef SYSCALL_ENTRY long syscall_entry_t(const struct pt_regs *regs);

extern syscall_entry_t *const sys_call_table[SYSCALL_LIMIT];

SYSCALL_ENTRY long trace_call(struct pt_regs *regs); /* called by the entry points */

static void tell_call(uint32_t moment, const struct pt_regs *regs, uint32_t by_sysenter,
                      long result)
{
    const struct host_trace told = {
        .by_sysenter = by_sysenter,
        .number = regs->orig_eax,
        .arguments = {regs->ebx, regs->ecx, regs->edx, regs->esi, regs->edi, regs->ebp},
        .result = (int32_t)result,
    };

    host_tell(moment, &told);
}

/* Of a call that does not come back, if all goes well, the host can read no string afterwards: the
 * pages have to be there before. */
static void touch_strings(const struct pt_regs *regs)
{
    const uint32_t pointers[] = {regs->ebx, regs->ecx, regs->edx};
    char byte;

    for (uint32_t i = 0; regs->orig_eax == NR_execve && i < 3; i++) {
        (void)copy_from_user(&byte, (const void *)pointers[i], 1);
    }
}

SYSCALL_ENTRY long trace_call(struct pt_regs *regs)
{
    uint32_t number = regs->orig_eax;
    uint32_t by_sysenter = (regs->cs & PT_CS_SYSENTER) != 0;

    regs->cs &= ~PT_CS_SYSENTER; /* nobody else need know of it */
    touch_strings(regs);
    tell_call(HOST_TRACE_CALL, regs, by_sysenter, 0);
    const struct pt_regs before = *regs; /* execve() and sigreturn() make others of them */
    long result = number < SYSCALL_LIMIT ? sys_call_table[number](regs) : -ENOSYS;
    tell_call(HOST_TRACE_RETURN, &before, by_sysenter, result);
    return result;
}

void trace_signal(const struct signal_info *info)
{
    const struct host_trace told = {
        .number = (uint32_t)info->signal,
        .arguments = {info->value[0], info->value[1], info->value[2]},
        .result = info->code,
    };

    host_tell(HOST_TRACE_SIGNAL, &told);
}

void trace_end(const struct process *process)
{
    const struct host_trace told = {.result = process->group->wait_status};

    if (process == current_process()) { /* not one that fork() could not finish */
        host_tell(HOST_TRACE_END, &told);
    }
}
