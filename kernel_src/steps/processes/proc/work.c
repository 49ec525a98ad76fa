/* proc/work.c: what is to be done before a process goes back to ring 3. */

#include "include/kernel_lock.h"
#include "lib/lib.h"
#include "proc/process.h"

void work_before_return(struct pt_regs *regs)
{
    struct process *process = current_process();

    kernel_lock_acquire();
    if (process->work & WORK_SINGLE_STEP) {
        regs->eflags |= EFLAGS_TF; /* the #DB comes after the first instruction in ring 3 */
    }
    if (process->work & WORK_SIGNAL) {
        print("# %s (pid %d): killed by signal %d\n", process->name, process->pid,
              process->killed_by_signal);
        process->exit_status = 128 + process->killed_by_signal; /* as a shell puts it */
        process_exit(process->killed_by_signal);
    }
    process->work = 0; /* the rest is done by IRET */
    kernel_lock_release();
}
