/* kernel/init_end.c: how the first process ended, for whoever reads the serial line. */

#include "dev/dev.h"
#include "kernel/init.h"
#include "kernel/kernel.h"
#include "lib/lib.h"

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
    machine_end(OUTCOME_INIT);
}

void init_failed(const char *path, int error)
{
    panic("cannot run %s: error %d", path, error);
}
