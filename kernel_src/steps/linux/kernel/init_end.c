/* kernel/init_end.c: how the first process ended, for whoever reads the serial line. */

#include "dev/dev.h"
#include "include/constants.h"
#include "kernel/init.h"
#include "kernel/kernel.h"
#include "lib/lib.h"
#include "proc/process.h"
#include "proc/signals.h"

long init_first(void)
{
    long error = process_first(&init_process);

    main_process = init_process;
    if (error == 0) {
        init_process->group->sid = init_process->group->pgid = 0; /* so that setsid() works */
    }
    return error;
}

struct process *init_protected(void)
{
    return init_process;
}

void init_ended(int32_t wait_status)
{
    int signal = wait_status & 0x7f;

    serial_fresh_line();
    if (signal) {
        print("init killed: signal %d\n", signal);
    } else {
        print("init exited: status %d\n", wait_status >> 8);
    }
    machine_off(OUTCOME_INIT, 0);
}

static const char *meaning(int error)
{
    switch (error) {
    case ENOENT:
        return "it is not there, or what its first line names is not";
    case EACCES:
        return "it is no file, or not executable";
    case ENOEXEC:
        return "it is neither a static program for the i386 nor a script";
    case ENOMEM:
        return "the machine has not enough memory";
    case ELOOP:
        return "symbolic links, or scripts, lead in a circle";
    default:
        return "the system call execve would fail like this, too";
    }
}

void init_failed(const char *path, int error)
{
    panic("cannot run %s: error %d: %s", path, error, meaning(error));
}
