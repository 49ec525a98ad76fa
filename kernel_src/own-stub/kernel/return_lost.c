/* kernel/return_lost.c: SYSENTER by a program that left no readable return address. */

#include "lib/lib.h"
#include "proc/process.h"

_Noreturn void sysenter_return_lost(uint32_t ebp); /* called by entry/sysenter_entry.asm */

void sysenter_return_lost(uint32_t ebp)
{
    const struct process *process = current_process();

    print("# %s (pid %d): SYSENTER without a return address at ebp %08x: killed\n", process->name,
          process->pid, ebp);
    process_end(0, VECTOR_PF);
}
