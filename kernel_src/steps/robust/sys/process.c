/* sys/process.c: system calls about the calling process. */

#include "proc/process.h"

#include "sys/calls.h"

long sys_exit(int status)
{
    process_end(status & 0xff, NOT_KILLED); /* as Linux: no more of it is kept */
}

long sys_getpid(void)
{
    return current_process()->pid;
}

long sys_sched_yield(void)
{
    process_yield();
    return 0;
}
