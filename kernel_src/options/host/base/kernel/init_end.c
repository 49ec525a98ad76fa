/* kernel/init_end.c: how the first process ended, for the host. */

#include <stddef.h>

#include "dev/dev.h"
#include "dev/host.h"
#include "kernel/init.h"
#include "fs/file.h"
#include "kernel/kernel.h"
#include "proc/process.h"
#include "proc/signals.h"

/* The program is like others: it may end like them, and has a parent. Process 1 only takes the
 * orphans, for which it need not run: who does not want to know of its children's ends has none
 * that wait for it. */
long init_first(void)
{
    long error = process_first(&init_process);

    if (error == 0) {
        files_leave(init_process);
        action_of(init_process, SIGCHLD)->handler = SIG_IGN;
        init_process->state = PROCESS_SLEEPING;
        error = process_first(&main_process);
    }
    if (error == 0) {
        process_adopt(init_process, main_process);
    }
    return error;
}

struct process *init_protected(void)
{
    return init_process;
}

void init_ended(int32_t wait_status)
{
    serial_drain(); /* the host has the terminal's last byte before it hears of the end */
    host_tell_end(HOST_END_STATUS, wait_status);
    machine_end(OUTCOME_INIT);
}

void init_failed(const char *path, int error)
{
    (void)path; /* the host knows it */
    host_tell_end(HOST_END_FAILED, error);
    machine_end(OUTCOME_INIT);
}
