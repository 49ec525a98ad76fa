/* user/include/sys.h: the system calls, for programs. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "include/constants.h"

struct timespec;
struct user_desc;

/* Enter the kernel by the best way that this step has. */
long system_call(long number, long a, long b, long c, long d, long e, long f);

/* end this program */
static inline long exit(int status)
{
    return system_call(NR_exit, (long)status, 0, 0, 0, 0, 0);
}

/* a copy of this process */
static inline long fork(void)
{
    return system_call(NR_fork, 0, 0, 0, 0, 0, 0);
}

/* read from a file */
static inline long read(int fd, void *buffer, size_t size)
{
    return system_call(NR_read, (long)fd, (long)buffer, (long)size, 0, 0, 0);
}

/* write to one */
static inline long write(int fd, const void *buffer, size_t size)
{
    return system_call(NR_write, (long)fd, (long)buffer, (long)size, 0, 0, 0);
}

/* give up an open file */
static inline long close(int fd)
{
    return system_call(NR_close, (long)fd, 0, 0, 0, 0, 0);
}

/* wait for the end of a child */
static inline long waitpid(int32_t pid, int *status, int options)
{
    return system_call(NR_waitpid, (long)pid, (long)status, (long)options, 0, 0, 0);
}

/* run another program in this process */
static inline long execve(const char *path, const char *const *arguments,
                          const char *const *environment)
{
    return system_call(NR_execve, (long)path, (long)arguments, (long)environment, 0, 0, 0);
}

/* number of this process */
static inline long getpid(void)
{
    return system_call(NR_getpid, 0, 0, 0, 0, 0, 0);
}

/* send a signal */
static inline long kill(int32_t pid, int signal)
{
    return system_call(NR_kill, (long)pid, (long)signal, 0, 0, 0, 0);
}

/* one more number for an open file */
static inline long dup(int fd)
{
    return system_call(NR_dup, (long)fd, 0, 0, 0, 0, 0);
}

/* bytes from one process to another */
static inline long pipe(int *fds)
{
    return system_call(NR_pipe, (long)fds, 0, 0, 0, 0, 0);
}

/* move the end of the heap */
static inline long brk(uint32_t wanted)
{
    return system_call(NR_brk, (long)wanted, 0, 0, 0, 0, 0);
}

/* dup, and which number it gets */
static inline long dup2(int fd, int wanted)
{
    return system_call(NR_dup2, (long)fd, (long)wanted, 0, 0, 0, 0);
}

/* number of the parent */
static inline long getppid(void)
{
    return system_call(NR_getppid, 0, 0, 0, 0, 0, 0);
}

/* give up pages */
static inline long munmap(uint32_t start, uint32_t size)
{
    return system_call(NR_munmap, (long)start, (long)size, 0, 0, 0, 0);
}

/* allow or deny I/O ports to this process */
static inline long ioperm(uint32_t first_port, uint32_t count, int allow)
{
    return system_call(NR_ioperm, (long)first_port, (long)count, (long)allow, 0, 0, 0);
}

/* wait for the end of a child */
static inline long wait4(int32_t pid, int *status, int options, void *usage)
{
    return system_call(NR_wait4, (long)pid, (long)status, (long)options, (long)usage, 0, 0);
}

/* a thread, or a process */
static inline long clone(uint32_t flags, uint32_t stack, uint32_t parent_tid_addr,
                         struct user_desc *tls, uint32_t child_tid_addr)
{
    return system_call(NR_clone, (long)flags, (long)stack, (long)parent_tid_addr, (long)tls,
                       (long)child_tid_addr, 0);
}

/* change what pages may be used for */
static inline long mprotect(uint32_t start, uint32_t size, int protection)
{
    return system_call(NR_mprotect, (long)start, (long)size, (long)protection, 0, 0, 0);
}

/* let the other processes run */
static inline long sched_yield(void)
{
    return system_call(NR_sched_yield, 0, 0, 0, 0, 0, 0);
}

/* sleep for a time */
static inline long nanosleep(const struct timespec *wanted, struct timespec *left)
{
    return system_call(NR_nanosleep, (long)wanted, (long)left, 0, 0, 0, 0);
}

/* move pages, or make room for more */
static inline long mremap(uint32_t start, uint32_t size, uint32_t new_size, int flags,
                          uint32_t wanted)
{
    return system_call(NR_mremap, (long)start, (long)size, (long)new_size, (long)flags,
                       (long)wanted, 0);
}

/* a child that borrows this process's memory, stack and all, until it has its own */
long vfork(void);

/* ask for pages */
static inline long mmap2(uint32_t wanted, uint32_t size, int protection, int flags, int fd,
                         uint32_t page)
{
    return system_call(NR_mmap2, (long)wanted, (long)size, (long)protection, (long)flags, (long)fd,
                       (long)page);
}

/* end this program */
static inline long exit_group(int status)
{
    return system_call(NR_exit_group, (long)status, 0, 0, 0, 0, 0);
}
