/* sys/calls.h: the system calls as C functions. Each returns its result, or -errno. */
#pragma once

#include "include/structs.h"

struct epoll_event;
struct iovec;
struct itimerval;
struct mmap_arguments;
struct old_sigaction;
struct pollfd;
struct rlimit;
struct rlimit64;
struct rusage;
struct sigaction;
struct siginfo;
struct stack;
struct stat;
struct stat64;
struct statfs64;
struct sysinfo;
struct timespec;
struct timespec64;
struct timeval;
struct timezone;
struct tms;
struct user_desc;
struct utsname;

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

/* change the working directory */
long sys_chdir(const char *path);

/* seconds since 1970 */
long sys_time(int32_t *seconds);

/* whose a symbolic link is */
long sys_lchown(const char *path, uint32_t uid, uint32_t gid);

/* where the next access begins */
long sys_lseek(int fd, int32_t offset, int whence);

/* number of this process */
long sys_getpid(void);

/* everybody is root */
long sys_zero(void);

/* SIGALRM after a time */
long sys_alarm(uint32_t seconds);

/* wait for a signal */
long sys_pause(void);

/* send a signal */
long sys_kill(int32_t pid, int signal);

/* how long it had a CPU */
long sys_times(struct tms *to);

/* move the end of the heap */
long sys_brk(uint32_t wanted);

/* what only a terminal can do */
long sys_ioctl(int fd, uint32_t request, void *argument);

/* join or make a process group */
long sys_setpgid(int32_t pid, int32_t pgid);

/* mode bits that new files do not get */
long sys_umask(uint32_t mask);

/* dup, and which number it gets */
long sys_dup2(int fd, int wanted);

/* number of the parent */
long sys_getppid(void);

/* a session of its own */
long sys_setsid(void);

/* what a signal does */
long sys_sigaction(int signal, const struct old_sigaction *new, struct old_sigaction *old);

/* wait for a signal with another mask */
long sys_sigsuspend(uint32_t unused1, uint32_t unused2, uint32_t mask);

/* signals that wait */
long sys_sigpending(uint32_t *to);

/* limits that cannot be moved */
long sys_setrlimit(uint32_t which, const struct rlimit *from);

/* what it has used */
long sys_getrusage(int who, struct rusage *to);

/* time since 1970, in microseconds */
long sys_gettimeofday(struct timeval *now, struct timezone *zone);

/* switch the machine off */
long sys_reboot(uint32_t magic1, uint32_t magic2, uint32_t command);

/* map pages, as it once was */
long sys_mmap(const struct mmap_arguments *from);

/* give up pages */
long sys_munmap(uint32_t start, uint32_t size);

/* change a file's length */
long sys_truncate(const char *path, int32_t size);

/* change a file's length */
long sys_ftruncate(int fd, int32_t size);

/* chmod of an open file */
long sys_fchmod(int fd, uint32_t mode);

/* whose an open file is */
long sys_fchown(int fd, uint32_t uid, uint32_t gid);

/* its share of a CPU */
long sys_getpriority(int which, int32_t pid);

/* less of it */
long sys_setpriority(int which, int32_t pid, int nice);

/* allow or deny I/O ports to this process */
long sys_ioperm(uint32_t first_port, uint32_t count, int allow);

/* a signal after a time, again and again */
long sys_setitimer(int which, const struct itimerval *new, struct itimerval *old);

/* how long until that signal */
long sys_getitimer(int which, struct itimerval *to);

/* what is known of a file */
long sys_stat(const char *path, struct stat *to);

/* of a link itself */
long sys_lstat(const char *path, struct stat *to);

/* of an open file */
long sys_fstat(int fd, struct stat *to);

/* wait for the end of a child */
long sys_wait4(int32_t pid, int *status, int options, void *usage);

/* memory in use */
long sys_sysinfo(struct sysinfo *to);

/* all is in memory */
long sys_fsync(int fd);

/* back from a handler */
long sys_sigreturn(void);

/* a thread, or a process */
long sys_clone(uint32_t flags, uint32_t stack, uint32_t parent_tid_addr, struct user_desc *tls,
               uint32_t child_tid_addr);

/* which system this is */
long sys_uname(struct utsname *to);

/* change what pages may be used for */
long sys_mprotect(uint32_t start, uint32_t size, int protection);

/* signals that have to wait */
long sys_sigprocmask(int how, const uint32_t *new, uint32_t *old);

/* process group of a process */
long sys_getpgid(int32_t pid);

/* chdir to an open directory */
long sys_fchdir(int fd);

/* lseek in a long file */
long sys__llseek(int fd, uint32_t high, uint32_t low, uint64_t *result, int whence);

/* names in a directory */
long sys_getdents(int fd, void *buffer, uint32_t size);

/* wait for files */
long sys__newselect(uint32_t count, uint32_t *in, uint32_t *out, uint32_t *except,
                    struct timeval *timeout);

/* all is there */
long sys_msync(uint32_t start, uint32_t size, int flags);

/* read into pieces */
long sys_readv(int fd, const struct iovec *vector, int count);

/* write from pieces */
long sys_writev(int fd, const struct iovec *vector, int count);

/* session of a process */
long sys_getsid(int32_t pid);

/* let the other processes run */
long sys_sched_yield(void);

/* move pages, or make room for more */
long sys_mremap(uint32_t start, uint32_t size, uint32_t new_size, int flags, uint32_t wanted);

/* wait for files */
long sys_poll(struct pollfd *files, uint32_t count, int timeout_ms);

/* a thread's name */
long sys_prctl(int option, char *name);

/* back from a handler */
long sys_rt_sigreturn(void);

/* what a signal does */
long sys_rt_sigaction(int signal, const struct sigaction *new, struct sigaction *old,
                      uint32_t mask_size);

/* signals that have to wait */
long sys_rt_sigprocmask(int how, const uint64_t *new, uint64_t *old, uint32_t mask_size);

/* signals that wait */
long sys_rt_sigpending(uint64_t *to, uint32_t mask_size);

/* take a signal without a handler */
long sys_rt_sigtimedwait(const uint64_t *set, struct siginfo *to, const struct timespec *timeout,
                         uint32_t size);

/* send a signal with a value */
long sys_rt_sigqueueinfo(int32_t pid, int signal, const struct siginfo *from);

/* wait for a signal with another mask */
long sys_rt_sigsuspend(const uint64_t *mask, uint32_t mask_size);

/* read at a place */
long sys_pread64(int fd, void *buffer, size_t size, uint32_t low, uint32_t high);

/* write at a place */
long sys_pwrite64(int fd, const void *buffer, size_t size, uint32_t low, uint32_t high);

/* change whose a file is */
long sys_chown(const char *path, uint32_t uid, uint32_t gid);

/* path of the working directory */
long sys_getcwd(char *buffer, size_t size);

/* another stack for handlers */
long sys_sigaltstack(const struct stack *new, struct stack *old);

/* what the limits are */
long sys_ugetrlimit(uint32_t which, struct rlimit *to);

/* ask for pages */
long sys_mmap2(uint32_t wanted, uint32_t size, int protection, int flags, int fd, uint32_t page);

/* change a file's length */
long sys_truncate64(const char *path, uint32_t low, uint32_t high);

/* change a file's length */
long sys_ftruncate64(int fd, uint32_t low, uint32_t high);

/* of an open file */
long sys_fstat64(int fd, struct stat64 *to);

/* nobody is in further groups */
long sys_getgroups32(int count, uint32_t *groups);

/* whose an open file is */
long sys_fchown32(int fd, uint32_t uid, uint32_t gid);

/* everybody is root */
long sys_getresuid32(uint32_t *real, uint32_t *effective, uint32_t *saved);

/* everybody stays root */
long sys_setuid32(uint32_t id);

/* what pages are for */
long sys_madvise(uint32_t start, uint32_t size, uint32_t advice);

/* names in a directory */
long sys_getdents64(int fd, void *buffer, uint32_t size);

/* about open files */
long sys_fcntl64(int fd, int command, uint32_t argument);

/* number of this thread */
long sys_gettid(void);

/* send a signal to a thread */
long sys_tkill(int32_t tid, int signal);

/* wait for a word to change */
long sys_futex(uint32_t address, int operation, uint32_t value, const struct timespec *timeout,
               uint32_t address2, uint32_t value3);

/* on which CPUs it shall run */
long sys_sched_setaffinity(int32_t pid, uint32_t size, const uint32_t *from);

/* on which CPUs it runs */
long sys_sched_getaffinity(int32_t pid, uint32_t size, uint32_t *to);

/* set a TLS entry */
long sys_set_thread_area(struct user_desc *user);

/* what a TLS entry says */
long sys_get_thread_area(struct user_desc *user);

/* end this program */
long sys_exit_group(int status);

/* watch several files */
long sys_epoll_create(int size);

/* watch a file, or no more */
long sys_epoll_ctl(int epoll_fd, int operation, int fd, const struct epoll_event *user);

/* a word to clear at the end */
long sys_set_tid_address(uint32_t address);

/* the time of a clock, in nanoseconds */
long sys_clock_gettime(int id, struct timespec *now);

/* how finely a clock is told */
long sys_clock_getres(int id, struct timespec *resolution);

/* sleep for a time, or until a moment */
long sys_clock_nanosleep(int clock, int flags, const struct timespec *wanted,
                         struct timespec *left);

/* how much room there is */
long sys_statfs64(const char *path, uint32_t size, struct statfs64 *to);

/* the same, by an open file */
long sys_fstatfs64(int fd, uint32_t size, struct statfs64 *to);

/* send a signal to a thread */
long sys_tgkill(int32_t tgid, int32_t tid, int signal);

/* open a file, seen from a directory */
long sys_openat(int base_fd, const char *path, uint32_t flags, uint32_t mode);

/* make a directory */
long sys_mkdirat(int base_fd, const char *path, uint32_t mode);

/* make a device, a FIFO or a file */
long sys_mknodat(int base_fd, const char *path, uint32_t mode, uint32_t rdev);

/* whose a file is, seen from a directory */
long sys_fchownat(int base_fd, const char *path, uint32_t uid, uint32_t gid, int flags);

/* what is known of a file */
long sys_fstatat64(int base_fd, const char *path, struct stat64 *to, int flags);

/* take a name away */
long sys_unlinkat(int base_fd, const char *path, int flags);

/* another name */
long sys_renameat(int old_fd, const char *old_path, int new_fd, const char *new_path);

/* one more name for a file */
long sys_linkat(int existing_fd, const char *existing_path, int base_fd, const char *path,
                int flags);

/* a name for a path */
long sys_symlinkat(const char *target, int base_fd, const char *path);

/* what that path is */
long sys_readlinkat(int base_fd, const char *path, char *buffer, size_t size);

/* change who may do what */
long sys_fchmodat(int base_fd, const char *path, uint32_t mode);

/* may it be opened? */
long sys_faccessat(int base_fd, const char *path, uint32_t mode);

/* wait for files, with another signal mask */
long sys_pselect6(uint32_t count, uint32_t *in, uint32_t *out, uint32_t *except,
                  struct timespec *timeout, const uint32_t *mask_and_size);

/* wait for files, with another signal mask */
long sys_ppoll(struct pollfd *files, uint32_t count, struct timespec *timeout, const uint64_t *mask,
               uint32_t mask_size);

/* epoll_wait, with another signal mask */
long sys_epoll_pwait(int epoll_fd, struct epoll_event *to, int room, int timeout_ms,
                     const uint64_t *mask, uint32_t mask_size);

/* change a file's times */
long sys_utimensat(int base_fd, const char *path, const struct timespec *times, int flags);

/* make room in a file */
long sys_fallocate(int fd, int mode, uint32_t low, uint32_t high, uint32_t size_low,
                   uint32_t size_high);

/* a number that can be waited for */
long sys_eventfd2(uint32_t number, uint32_t flags);

/* watch several files */
long sys_epoll_create1(uint32_t flags);

/* one more number for an open file */
long sys_dup3(int fd, int wanted, uint32_t flags);

/* a pipe */
long sys_pipe2(int *fds, uint32_t flags);

/* limits that cannot be moved */
long sys_prlimit64(int32_t pid, uint32_t which, const struct rlimit64 *from, struct rlimit64 *to);

/* random bytes */
long sys_getrandom(void *buffer, size_t size, uint32_t flags);

/* the time of a clock, beyond 2038 */
long sys_clock_gettime64(int id, struct timespec64 *now);
