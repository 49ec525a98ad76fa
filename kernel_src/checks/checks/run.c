/* checks/run.c: single programs for the checks in the kernel. */

#include "checks/run.h"

#include "kernel/suite.h"
#include "proc/process.h"

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
    process_destroy(process);
    return result;
}
