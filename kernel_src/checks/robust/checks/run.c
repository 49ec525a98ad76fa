/* checks/run.c: single programs for the checks in the kernel. */

#include "checks/run.h"

#include "kernel/suite.h"
#include "mm/mm.h"
#include "proc/process.h"

struct pt_regs check_last_regs;

uint32_t check_frames_used(void)
{
    return frames_used;
}

struct process *check_start(const char *name)
{
    const struct program *program = program_find(name);
    struct process *process;

    return program && process_create(program, &process) == 0 ? process : NULL;
}

int32_t check_end(struct process *process)
{
    while (*(volatile uint32_t *)&process->state != PROCESS_ENDED) {
        process_idle(); /* it may run on another CPU */
    }
    int32_t result = process->killed_by >= 0     ? process->killed_by
                     : process->exit_status == 0 ? -1
                                                 : -1000 - process->exit_status;
    check_last_regs = ((const struct pt_regs *)process)[-1]; /* at the top of its kernel stack */
    process_destroy(process);
    return result;
}
