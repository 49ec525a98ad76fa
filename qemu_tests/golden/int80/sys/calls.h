/* sys/calls.h: the system calls as C functions. Each returns its result, or -errno. */
#pragma once

#include "include/structs.h"

/* end this program */
long sys_exit(int status);

/* wait for serial input */
long sys_read(int fd, void *buffer, size_t size);

/* print to the serial line */
long sys_write(int fd, const void *buffer, size_t size);

/* number of this process */
long sys_getpid(void);

/* allow or deny I/O ports to this process */
long sys_ioperm(uint32_t first_port, uint32_t count, int allow);

/* let the other processes run */
long sys_sched_yield(void);
