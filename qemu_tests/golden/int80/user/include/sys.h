/* user/include/sys.h: the system calls, for programs. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "include/constants.h"

/* Enter the kernel by the best way that this step has. */
long system_call(long number, long a, long b, long c, long d, long e, long f);

/* end this program */
static inline long exit(int status)
{
    return system_call(NR_exit, (long)status, 0, 0, 0, 0, 0);
}

/* wait for serial input */
static inline long read(int fd, void *buffer, size_t size)
{
    return system_call(NR_read, (long)fd, (long)buffer, (long)size, 0, 0, 0);
}

/* print to the serial line */
static inline long write(int fd, const void *buffer, size_t size)
{
    return system_call(NR_write, (long)fd, (long)buffer, (long)size, 0, 0, 0);
}

/* number of this process */
static inline long getpid(void)
{
    return system_call(NR_getpid, 0, 0, 0, 0, 0, 0);
}

/* allow or deny I/O ports to this process */
static inline long ioperm(uint32_t first_port, uint32_t count, int allow)
{
    return system_call(NR_ioperm, (long)first_port, (long)count, (long)allow, 0, 0, 0);
}

/* let the other processes run */
static inline long sched_yield(void)
{
    return system_call(NR_sched_yield, 0, 0, 0, 0, 0, 0);
}

/* end this program */
static inline long exit_group(int status)
{
    return system_call(NR_exit_group, (long)status, 0, 0, 0, 0, 0);
}
