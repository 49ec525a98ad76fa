/* user/include/sys.h: the system calls, for programs. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "include/constants.h"

struct iovec;
struct itimerval;
struct old_sigaction;
struct pollfd;
struct rlimit;
struct rlimit64;
struct sigaction;
struct stack;
struct stat;
struct stat64;
struct sysinfo;
struct timespec;
struct timespec64;
struct timeval;
struct timezone;
struct user_desc;
struct utsname;

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

/* open a file */
static inline long open(const char *path, uint32_t flags, uint32_t mode)
{
    return system_call(NR_open, (long)path, (long)flags, (long)mode, 0, 0, 0);
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

/* make a file and open it */
static inline long creat(const char *path, uint32_t mode)
{
    return system_call(NR_creat, (long)path, (long)mode, 0, 0, 0, 0);
}

/* one more name for a file */
static inline long link(const char *existing_path, const char *path)
{
    return system_call(NR_link, (long)existing_path, (long)path, 0, 0, 0, 0);
}

/* take a file's name away */
static inline long unlink(const char *path)
{
    return system_call(NR_unlink, (long)path, 0, 0, 0, 0, 0);
}

/* run another program in this process */
static inline long execve(const char *path, const char *const *arguments,
                          const char *const *environment)
{
    return system_call(NR_execve, (long)path, (long)arguments, (long)environment, 0, 0, 0);
}

/* change the working directory */
static inline long chdir(const char *path)
{
    return system_call(NR_chdir, (long)path, 0, 0, 0, 0, 0);
}

/* seconds since 1970 */
static inline long time(int32_t *seconds)
{
    return system_call(NR_time, (long)seconds, 0, 0, 0, 0, 0);
}

/* make a device or a file */
static inline long mknod(const char *path, uint32_t mode, uint32_t rdev)
{
    return system_call(NR_mknod, (long)path, (long)mode, (long)rdev, 0, 0, 0);
}

/* change who may do what */
static inline long chmod(const char *path, uint32_t mode)
{
    return system_call(NR_chmod, (long)path, (long)mode, 0, 0, 0, 0);
}

/* where the next access begins */
static inline long lseek(int fd, int32_t offset, int whence)
{
    return system_call(NR_lseek, (long)fd, (long)offset, (long)whence, 0, 0, 0);
}

/* number of this process */
static inline long getpid(void)
{
    return system_call(NR_getpid, 0, 0, 0, 0, 0, 0);
}

/* everybody stays root */
static inline long setuid(uint32_t id)
{
    return system_call(NR_setuid, (long)id, 0, 0, 0, 0, 0);
}

/* everybody is root */
static inline long getuid(void)
{
    return system_call(NR_getuid, 0, 0, 0, 0, 0, 0);
}

/* SIGALRM after a time */
static inline long alarm(uint32_t seconds)
{
    return system_call(NR_alarm, (long)seconds, 0, 0, 0, 0, 0);
}

/* wait for a signal */
static inline long pause(void)
{
    return system_call(NR_pause, 0, 0, 0, 0, 0, 0);
}

/* may it be opened? */
static inline long access(const char *path, uint32_t mode)
{
    return system_call(NR_access, (long)path, (long)mode, 0, 0, 0, 0);
}

/* send a signal */
static inline long kill(int32_t pid, int signal)
{
    return system_call(NR_kill, (long)pid, (long)signal, 0, 0, 0, 0);
}

/* another name */
static inline long rename(const char *old_path, const char *new_path)
{
    return system_call(NR_rename, (long)old_path, (long)new_path, 0, 0, 0, 0);
}

/* make a directory */
static inline long mkdir(const char *path, uint32_t mode)
{
    return system_call(NR_mkdir, (long)path, (long)mode, 0, 0, 0, 0);
}

/* remove a directory */
static inline long rmdir(const char *path)
{
    return system_call(NR_rmdir, (long)path, 0, 0, 0, 0, 0);
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

/* everybody stays root */
static inline long setgid(uint32_t id)
{
    return system_call(NR_setgid, (long)id, 0, 0, 0, 0, 0);
}

/* everybody is root */
static inline long getgid(void)
{
    return system_call(NR_getgid, 0, 0, 0, 0, 0, 0);
}

/* everybody is root */
static inline long geteuid(void)
{
    return system_call(NR_geteuid, 0, 0, 0, 0, 0, 0);
}

/* everybody is root */
static inline long getegid(void)
{
    return system_call(NR_getegid, 0, 0, 0, 0, 0, 0);
}

/* what only a terminal can do */
static inline long ioctl(int fd, uint32_t request, void *argument)
{
    return system_call(NR_ioctl, (long)fd, (long)request, (long)argument, 0, 0, 0);
}

/* about open files */
static inline long fcntl(int fd, int command, uint32_t argument)
{
    return system_call(NR_fcntl, (long)fd, (long)command, (long)argument, 0, 0, 0);
}

/* join or make a process group */
static inline long setpgid(int32_t pid, int32_t pgid)
{
    return system_call(NR_setpgid, (long)pid, (long)pgid, 0, 0, 0, 0);
}

/* mode bits that new files do not get */
static inline long umask(uint32_t mask)
{
    return system_call(NR_umask, (long)mask, 0, 0, 0, 0, 0);
}

/* the same, and which number */
static inline long dup2(int fd, int wanted)
{
    return system_call(NR_dup2, (long)fd, (long)wanted, 0, 0, 0, 0);
}

/* number of the parent */
static inline long getppid(void)
{
    return system_call(NR_getppid, 0, 0, 0, 0, 0, 0);
}

/* number of the process group */
static inline long getpgrp(void)
{
    return system_call(NR_getpgrp, 0, 0, 0, 0, 0, 0);
}

/* a session of its own */
static inline long setsid(void)
{
    return system_call(NR_setsid, 0, 0, 0, 0, 0, 0);
}

/* what a signal does */
static inline long sigaction(int signal, const struct old_sigaction *new, struct old_sigaction *old)
{
    return system_call(NR_sigaction, (long)signal, (long)new, (long)old, 0, 0, 0);
}

/* wait for a signal with another mask */
static inline long sigsuspend(uint32_t unused1, uint32_t unused2, uint32_t mask)
{
    return system_call(NR_sigsuspend, (long)unused1, (long)unused2, (long)mask, 0, 0, 0);
}

/* signals that wait */
static inline long sigpending(uint32_t *to)
{
    return system_call(NR_sigpending, (long)to, 0, 0, 0, 0, 0);
}

/* limits that cannot be moved */
static inline long setrlimit(uint32_t which, const struct rlimit *from)
{
    return system_call(NR_setrlimit, (long)which, (long)from, 0, 0, 0, 0);
}

/* time since 1970, in microseconds */
static inline long gettimeofday(struct timeval *now, struct timezone *zone)
{
    return system_call(NR_gettimeofday, (long)now, (long)zone, 0, 0, 0, 0);
}

/* a name for a path */
static inline long symlink(const char *target, const char *path)
{
    return system_call(NR_symlink, (long)target, (long)path, 0, 0, 0, 0);
}

/* what that path is */
static inline long readlink(const char *path, char *buffer, size_t size)
{
    return system_call(NR_readlink, (long)path, (long)buffer, (long)size, 0, 0, 0);
}

/* switch the machine off */
static inline long reboot(uint32_t magic1, uint32_t magic2, uint32_t command)
{
    return system_call(NR_reboot, (long)magic1, (long)magic2, (long)command, 0, 0, 0);
}

/* give up pages */
static inline long munmap(uint32_t start, uint32_t size)
{
    return system_call(NR_munmap, (long)start, (long)size, 0, 0, 0, 0);
}

/* change a file's length */
static inline long ftruncate(int fd, int32_t size)
{
    return system_call(NR_ftruncate, (long)fd, (long)size, 0, 0, 0, 0);
}

/* chmod of an open file */
static inline long fchmod(int fd, uint32_t mode)
{
    return system_call(NR_fchmod, (long)fd, (long)mode, 0, 0, 0, 0);
}

/* allow or deny I/O ports to this process */
static inline long ioperm(uint32_t first_port, uint32_t count, int allow)
{
    return system_call(NR_ioperm, (long)first_port, (long)count, (long)allow, 0, 0, 0);
}

/* SIGALRM after a time, again and again */
static inline long setitimer(int which, const struct itimerval *new, struct itimerval *old)
{
    return system_call(NR_setitimer, (long)which, (long)new, (long)old, 0, 0, 0);
}

/* how long until SIGALRM */
static inline long getitimer(int which, struct itimerval *to)
{
    return system_call(NR_getitimer, (long)which, (long)to, 0, 0, 0, 0);
}

/* what is known of a file */
static inline long stat(const char *path, struct stat *to)
{
    return system_call(NR_stat, (long)path, (long)to, 0, 0, 0, 0);
}

/* of a link itself */
static inline long lstat(const char *path, struct stat *to)
{
    return system_call(NR_lstat, (long)path, (long)to, 0, 0, 0, 0);
}

/* of an open file */
static inline long fstat(int fd, struct stat *to)
{
    return system_call(NR_fstat, (long)fd, (long)to, 0, 0, 0, 0);
}

/* wait for the end of a child */
static inline long wait4(int32_t pid, int *status, int options, void *usage)
{
    return system_call(NR_wait4, (long)pid, (long)status, (long)options, (long)usage, 0, 0);
}

/* memory in use */
static inline long sysinfo(struct sysinfo *to)
{
    return system_call(NR_sysinfo, (long)to, 0, 0, 0, 0, 0);
}

/* all is in memory */
static inline long fsync(int fd)
{
    return system_call(NR_fsync, (long)fd, 0, 0, 0, 0, 0);
}

/* back from a handler */
static inline long sigreturn(void)
{
    return system_call(NR_sigreturn, 0, 0, 0, 0, 0, 0);
}

/* a thread, or a process */
static inline long clone(uint32_t flags, uint32_t stack, uint32_t parent_tid_addr,
                         struct user_desc *tls, uint32_t child_tid_addr)
{
    return system_call(NR_clone, (long)flags, (long)stack, (long)parent_tid_addr, (long)tls,
                       (long)child_tid_addr, 0);
}

/* which system this is */
static inline long uname(struct utsname *to)
{
    return system_call(NR_uname, (long)to, 0, 0, 0, 0, 0);
}

/* change what pages may be used for */
static inline long mprotect(uint32_t start, uint32_t size, int protection)
{
    return system_call(NR_mprotect, (long)start, (long)size, (long)protection, 0, 0, 0);
}

/* signals that have to wait */
static inline long sigprocmask(int how, const uint32_t *new, uint32_t *old)
{
    return system_call(NR_sigprocmask, (long)how, (long)new, (long)old, 0, 0, 0);
}

/* process group of a process */
static inline long getpgid(int32_t pid)
{
    return system_call(NR_getpgid, (long)pid, 0, 0, 0, 0, 0);
}

/* chdir to an open directory */
static inline long fchdir(int fd)
{
    return system_call(NR_fchdir, (long)fd, 0, 0, 0, 0, 0);
}

/* lseek in a long file */
static inline long _llseek(int fd, uint32_t high, uint32_t low, uint64_t *result, int whence)
{
    return system_call(NR__llseek, (long)fd, (long)high, (long)low, (long)result, (long)whence, 0);
}

/* names in a directory */
static inline long getdents(int fd, void *buffer, uint32_t size)
{
    return system_call(NR_getdents, (long)fd, (long)buffer, (long)size, 0, 0, 0);
}

/* wait for files */
static inline long _newselect(uint32_t count, uint32_t *in, uint32_t *out, uint32_t *except,
                              struct timeval *timeout)
{
    return system_call(NR__newselect, (long)count, (long)in, (long)out, (long)except, (long)timeout,
                       0);
}

/* read into pieces */
static inline long readv(int fd, const struct iovec *vector, int count)
{
    return system_call(NR_readv, (long)fd, (long)vector, (long)count, 0, 0, 0);
}

/* write from pieces */
static inline long writev(int fd, const struct iovec *vector, int count)
{
    return system_call(NR_writev, (long)fd, (long)vector, (long)count, 0, 0, 0);
}

/* session of a process */
static inline long getsid(int32_t pid)
{
    return system_call(NR_getsid, (long)pid, 0, 0, 0, 0, 0);
}

/* all is in memory */
static inline long fdatasync(int fd)
{
    return system_call(NR_fdatasync, (long)fd, 0, 0, 0, 0, 0);
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

/* wait for files */
static inline long poll(struct pollfd *files, uint32_t count, int timeout_ms)
{
    return system_call(NR_poll, (long)files, (long)count, (long)timeout_ms, 0, 0, 0);
}

/* back from a handler */
static inline long rt_sigreturn(void)
{
    return system_call(NR_rt_sigreturn, 0, 0, 0, 0, 0, 0);
}

/* what a signal does */
static inline long rt_sigaction(int signal, const struct sigaction *new, struct sigaction *old,
                                uint32_t mask_size)
{
    return system_call(NR_rt_sigaction, (long)signal, (long)new, (long)old, (long)mask_size, 0, 0);
}

/* signals that have to wait */
static inline long rt_sigprocmask(int how, const uint64_t *new, uint64_t *old, uint32_t mask_size)
{
    return system_call(NR_rt_sigprocmask, (long)how, (long)new, (long)old, (long)mask_size, 0, 0);
}

/* signals that wait */
static inline long rt_sigpending(uint64_t *to, uint32_t mask_size)
{
    return system_call(NR_rt_sigpending, (long)to, (long)mask_size, 0, 0, 0, 0);
}

/* wait for a signal with another mask */
static inline long rt_sigsuspend(const uint64_t *mask, uint32_t mask_size)
{
    return system_call(NR_rt_sigsuspend, (long)mask, (long)mask_size, 0, 0, 0, 0);
}

/* read at a place */
static inline long pread64(int fd, void *buffer, size_t size, uint32_t low, uint32_t high)
{
    return system_call(NR_pread64, (long)fd, (long)buffer, (long)size, (long)low, (long)high, 0);
}

/* write at a place */
static inline long pwrite64(int fd, const void *buffer, size_t size, uint32_t low, uint32_t high)
{
    return system_call(NR_pwrite64, (long)fd, (long)buffer, (long)size, (long)low, (long)high, 0);
}

/* path of the working directory */
static inline long getcwd(char *buffer, size_t size)
{
    return system_call(NR_getcwd, (long)buffer, (long)size, 0, 0, 0, 0);
}

/* another stack for handlers */
static inline long sigaltstack(const struct stack *new, struct stack *old)
{
    return system_call(NR_sigaltstack, (long)new, (long)old, 0, 0, 0, 0);
}

/* a child that borrows this process's memory, stack and all, until it has its own */
long vfork(void);

/* what the limits are */
static inline long ugetrlimit(uint32_t which, struct rlimit *to)
{
    return system_call(NR_ugetrlimit, (long)which, (long)to, 0, 0, 0, 0);
}

/* ask for pages */
static inline long mmap2(uint32_t wanted, uint32_t size, int protection, int flags, int fd,
                         uint32_t page)
{
    return system_call(NR_mmap2, (long)wanted, (long)size, (long)protection, (long)flags, (long)fd,
                       (long)page);
}

/* change a file's length */
static inline long ftruncate64(int fd, uint32_t low, uint32_t high)
{
    return system_call(NR_ftruncate64, (long)fd, (long)low, (long)high, 0, 0, 0);
}

/* what is known of a file */
static inline long stat64(const char *path, struct stat64 *to)
{
    return system_call(NR_stat64, (long)path, (long)to, 0, 0, 0, 0);
}

/* of a link itself */
static inline long lstat64(const char *path, struct stat64 *to)
{
    return system_call(NR_lstat64, (long)path, (long)to, 0, 0, 0, 0);
}

/* of an open file */
static inline long fstat64(int fd, struct stat64 *to)
{
    return system_call(NR_fstat64, (long)fd, (long)to, 0, 0, 0, 0);
}

/* everybody is root */
static inline long getuid32(void)
{
    return system_call(NR_getuid32, 0, 0, 0, 0, 0, 0);
}

/* everybody is root */
static inline long getgid32(void)
{
    return system_call(NR_getgid32, 0, 0, 0, 0, 0, 0);
}

/* everybody is root */
static inline long geteuid32(void)
{
    return system_call(NR_geteuid32, 0, 0, 0, 0, 0, 0);
}

/* everybody is root */
static inline long getegid32(void)
{
    return system_call(NR_getegid32, 0, 0, 0, 0, 0, 0);
}

/* nobody is in further groups */
static inline long getgroups32(int count, uint32_t *groups)
{
    return system_call(NR_getgroups32, (long)count, (long)groups, 0, 0, 0, 0);
}

/* everybody stays root */
static inline long setuid32(uint32_t id)
{
    return system_call(NR_setuid32, (long)id, 0, 0, 0, 0, 0);
}

/* everybody stays root */
static inline long setgid32(uint32_t id)
{
    return system_call(NR_setgid32, (long)id, 0, 0, 0, 0, 0);
}

/* names in a directory */
static inline long getdents64(int fd, void *buffer, uint32_t size)
{
    return system_call(NR_getdents64, (long)fd, (long)buffer, (long)size, 0, 0, 0);
}

/* about open files */
static inline long fcntl64(int fd, int command, uint32_t argument)
{
    return system_call(NR_fcntl64, (long)fd, (long)command, (long)argument, 0, 0, 0);
}

/* number of this thread */
static inline long gettid(void)
{
    return system_call(NR_gettid, 0, 0, 0, 0, 0, 0);
}

/* send a signal to a thread */
static inline long tkill(int32_t tid, int signal)
{
    return system_call(NR_tkill, (long)tid, (long)signal, 0, 0, 0, 0);
}

/* wait for a word to change */
static inline long futex(uint32_t address, int operation, uint32_t value,
                         const struct timespec *timeout, uint32_t address2, uint32_t value3)
{
    return system_call(NR_futex, (long)address, (long)operation, (long)value, (long)timeout,
                       (long)address2, (long)value3);
}

/* set a TLS entry */
static inline long set_thread_area(struct user_desc *user)
{
    return system_call(NR_set_thread_area, (long)user, 0, 0, 0, 0, 0);
}

/* what a TLS entry says */
static inline long get_thread_area(struct user_desc *user)
{
    return system_call(NR_get_thread_area, (long)user, 0, 0, 0, 0, 0);
}

/* end this program */
static inline long exit_group(int status)
{
    return system_call(NR_exit_group, (long)status, 0, 0, 0, 0, 0);
}

/* a word to clear at the end */
static inline long set_tid_address(uint32_t address)
{
    return system_call(NR_set_tid_address, (long)address, 0, 0, 0, 0, 0);
}

/* the time of a clock, in nanoseconds */
static inline long clock_gettime(int id, struct timespec *now)
{
    return system_call(NR_clock_gettime, (long)id, (long)now, 0, 0, 0, 0);
}

/* how finely a clock is told */
static inline long clock_getres(int id, struct timespec *resolution)
{
    return system_call(NR_clock_getres, (long)id, (long)resolution, 0, 0, 0, 0);
}

/* sleep for a time, or until a moment */
static inline long clock_nanosleep(int clock, int flags, const struct timespec *wanted,
                                   struct timespec *left)
{
    return system_call(NR_clock_nanosleep, (long)clock, (long)flags, (long)wanted, (long)left, 0,
                       0);
}

/* send a signal to a thread */
static inline long tgkill(int32_t tgid, int32_t tid, int signal)
{
    return system_call(NR_tgkill, (long)tgid, (long)tid, (long)signal, 0, 0, 0);
}

/* open a file, seen from a directory */
static inline long openat(int base_fd, const char *path, uint32_t flags, uint32_t mode)
{
    return system_call(NR_openat, (long)base_fd, (long)path, (long)flags, (long)mode, 0, 0);
}

/* make a directory */
static inline long mkdirat(int base_fd, const char *path, uint32_t mode)
{
    return system_call(NR_mkdirat, (long)base_fd, (long)path, (long)mode, 0, 0, 0);
}

/* what is known of a file */
static inline long fstatat64(int base_fd, const char *path, struct stat64 *to, int flags)
{
    return system_call(NR_fstatat64, (long)base_fd, (long)path, (long)to, (long)flags, 0, 0);
}

/* take a name away */
static inline long unlinkat(int base_fd, const char *path, int flags)
{
    return system_call(NR_unlinkat, (long)base_fd, (long)path, (long)flags, 0, 0, 0);
}

/* another name */
static inline long renameat(int old_fd, const char *old_path, int new_fd, const char *new_path)
{
    return system_call(NR_renameat, (long)old_fd, (long)old_path, (long)new_fd, (long)new_path, 0,
                       0);
}

/* wait for files, with another signal mask */
static inline long pselect6(uint32_t count, uint32_t *in, uint32_t *out, uint32_t *except,
                            struct timespec *timeout, const uint32_t *mask_and_size)
{
    return system_call(NR_pselect6, (long)count, (long)in, (long)out, (long)except, (long)timeout,
                       (long)mask_and_size);
}

/* change a file's times */
static inline long utimensat(int base_fd, const char *path, const struct timespec *times, int flags)
{
    return system_call(NR_utimensat, (long)base_fd, (long)path, (long)times, (long)flags, 0, 0);
}

/* one more number for an open file */
static inline long dup3(int fd, int wanted, uint32_t flags)
{
    return system_call(NR_dup3, (long)fd, (long)wanted, (long)flags, 0, 0, 0);
}

/* a pipe */
static inline long pipe2(int *fds, uint32_t flags)
{
    return system_call(NR_pipe2, (long)fds, (long)flags, 0, 0, 0, 0);
}

/* limits that cannot be moved */
static inline long prlimit64(int32_t pid, uint32_t which, const struct rlimit64 *from,
                             struct rlimit64 *to)
{
    return system_call(NR_prlimit64, (long)pid, (long)which, (long)from, (long)to, 0, 0);
}

/* the time of a clock, beyond 2038 */
static inline long clock_gettime64(int id, struct timespec64 *now)
{
    return system_call(NR_clock_gettime64, (long)id, (long)now, 0, 0, 0, 0);
}
