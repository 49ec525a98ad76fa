/* kernel/init_end.c: how the first process ended, for the host. */

#include <stddef.h>

#include "dev/dev.h"
#include "dev/host.h"
#include "kernel/init.h"
#include "kernel/kernel.h"

/* It is a program like others, and may end like them. */
struct process *init_protected(void)
{
    return NULL;
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
