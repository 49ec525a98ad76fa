/* kernel/init_end.c: how the first process ended, for the host. */

#include "dev/host.h"
#include "kernel/init.h"
#include "kernel/kernel.h"

void init_ended(int32_t wait_status)
{
    host_tell_end(HOST_END_STATUS, wait_status);
    machine_end(OUTCOME_INIT);
}

void init_failed(const char *path, int error)
{
    (void)path; /* the host knows it */
    host_tell_end(HOST_END_FAILED, error);
    machine_end(OUTCOME_INIT);
}
