/* sys/calls.h: the system calls as C functions. Each returns its result, or -errno. */
#pragma once

#include "include/structs.h"

struct timespec;

/* end this program */
long sys_exit(int status);

/* read from a file */
long sys_read(int fd, void *buffer, size_t size);

/* write to one */
long sys_write(int fd, const void *buffer, size_t size);

/* give up an open file */
long sys_close(int fd);

/* run another program in this process */
long sys_execve(const char *path, const char *const *arguments, const char *const *environment);

/* number of this process */
long sys_getpid(void);

/* end a process */
long sys_kill(int32_t pid, int signal);

/* one more number for an open file */
long sys_dup(int fd);

/* bytes from one process to another */
long sys_pipe(int *fds);

/* move the end of the heap */
long sys_brk(uint32_t wanted);

/* dup, and which number it gets */
long sys_dup2(int fd, int wanted);

/* number of the parent */
long sys_getppid(void);

/* give up pages */
long sys_munmap(uint32_t start, uint32_t size);

/* allow or deny I/O ports to this process */
long sys_ioperm(uint32_t first_port, uint32_t count, int allow);

/* wait for the end of a child */
long sys_wait4(int32_t pid, int *status, int options, void *usage);

/* a copy of this process that may share things with it */
long sys_clone(uint32_t flags, uint32_t stack);

/* change what pages may be used for */
long sys_mprotect(uint32_t start, uint32_t size, int protection);

/* let the other processes run */
long sys_sched_yield(void);

/* sleep for a time */
long sys_nanosleep(const struct timespec *wanted, struct timespec *left);

/* move pages, or make room for more */
long sys_mremap(uint32_t start, uint32_t size, uint32_t new_size, int flags, uint32_t wanted);

/* ask for pages */
long sys_mmap2(uint32_t wanted, uint32_t size, int protection, int flags, int fd, uint32_t page);
