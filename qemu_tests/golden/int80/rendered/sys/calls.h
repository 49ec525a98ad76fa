/* sys/calls.h: the system calls as C functions. Each returns its result, or -errno. */
#pragma once

#include "include/structs.h"

/* end this program */
long sys_exit(int status);

/* print to the serial line */
long sys_write(int fd, const void *buffer, size_t size);

/* number of this process */
long sys_getpid(void);
