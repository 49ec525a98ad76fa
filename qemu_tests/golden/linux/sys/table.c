/* sys/table.c: the system calls by number (Linux arch/x86/entry/syscalls/syscall_32.tbl).
 *
 * An entry point calls sys_call_table[EAX] with the address of the saved registers in ECX. Each
 * function here takes the arguments out of them; the sixth register, EBP, holds the sixth.
 * [a ... b] is GCC's and clang's way to initialise a range, and the last word on an element counts.
 */

#include "sys/calls.h"

#include "include/kernel_lock.h"

#define SYSCALL_ENTRY __attribute__((fastcall)) /* the first argument arrives in ECX */

typedef SYSCALL_ENTRY long syscall_entry_t(const struct pt_regs *regs);

static SYSCALL_ENTRY long no_such_call(const struct pt_regs *regs)
{
    (void)regs;
    return -ENOSYS;
}

/* CALL_BY(name, function, arguments): call_<name>, which calls sys_<function> with those. */
#define CALL_BY(name, function, ...)                                                               \
    static SYSCALL_ENTRY long call_##name(const struct pt_regs *regs)                              \
    {                                                                                              \
        (void)regs; /* some calls have no arguments */                                             \
        return sys_##function(__VA_ARGS__);                                                        \
    }
#define CALL(name, ...) CALL_BY(name, name, __VA_ARGS__)

static SYSCALL_ENTRY long under_lock(const struct pt_regs *regs, syscall_entry_t *call)
{
    kernel_lock_acquire();
    long result = call(regs);
    kernel_lock_release();
    return result;
}

/* And call_locked_<name>, for a call that uses more than what is the caller's own. */
#define LOCKED_CALL_BY(name, function, ...)                                                        \
    CALL_BY(name, function, __VA_ARGS__)                                                           \
    static SYSCALL_ENTRY long call_locked_##name(const struct pt_regs *regs)                       \
    {                                                                                              \
        return under_lock(regs, call_##name);                                                      \
    }
#define LOCKED_CALL(name, ...) LOCKED_CALL_BY(name, name, __VA_ARGS__)

LOCKED_CALL(exit, regs->ebx)
LOCKED_CALL_BY(fork, clone, SIGCHLD, 0, 0, NULL, 0)
LOCKED_CALL(read, regs->ebx, (void *)regs->ecx, regs->edx)
LOCKED_CALL(write, regs->ebx, (const void *)regs->ecx, regs->edx)
LOCKED_CALL_BY(open, openat, AT_FDCWD, (const char *)regs->ebx, regs->ecx, regs->edx)
LOCKED_CALL(close, regs->ebx)
LOCKED_CALL_BY(waitpid, wait4, regs->ebx, (int *)regs->ecx, regs->edx, NULL)
LOCKED_CALL_BY(creat, openat, AT_FDCWD, (const char *)regs->ebx, O_CREAT | O_WRONLY | O_TRUNC,
               regs->ecx)
LOCKED_CALL_BY(link, linkat, AT_FDCWD, (const char *)regs->ebx, AT_FDCWD, (const char *)regs->ecx,
               0)
LOCKED_CALL_BY(unlink, unlinkat, AT_FDCWD, (const char *)regs->ebx, 0)
LOCKED_CALL(execve, (const char *)regs->ebx, (const char *const *)regs->ecx,
            (const char *const *)regs->edx)
LOCKED_CALL(chdir, (const char *)regs->ebx)
LOCKED_CALL(time, (int32_t *)regs->ebx)
LOCKED_CALL_BY(mknod, mknodat, AT_FDCWD, (const char *)regs->ebx, regs->ecx, regs->edx)
LOCKED_CALL_BY(chmod, fchmodat, AT_FDCWD, (const char *)regs->ebx, regs->ecx)
LOCKED_CALL(lchown, (const char *)regs->ebx, regs->ecx, regs->edx)
LOCKED_CALL(lseek, regs->ebx, regs->ecx, regs->edx)
CALL(getpid)
CALL(zero)
LOCKED_CALL(alarm, regs->ebx)
LOCKED_CALL(pause)
LOCKED_CALL_BY(access, faccessat, AT_FDCWD, (const char *)regs->ebx, regs->ecx)
LOCKED_CALL(kill, regs->ebx, regs->ecx)
LOCKED_CALL_BY(rename, renameat, AT_FDCWD, (const char *)regs->ebx, AT_FDCWD,
               (const char *)regs->ecx)
LOCKED_CALL_BY(mkdir, mkdirat, AT_FDCWD, (const char *)regs->ebx, regs->ecx)
LOCKED_CALL_BY(rmdir, unlinkat, AT_FDCWD, (const char *)regs->ebx, AT_REMOVEDIR)
LOCKED_CALL_BY(dup, fcntl64, regs->ebx, F_DUPFD, 0)
LOCKED_CALL_BY(pipe, pipe2, (int *)regs->ebx, 0)
LOCKED_CALL(times, (struct tms *)regs->ebx)
LOCKED_CALL(brk, regs->ebx)
LOCKED_CALL(ioctl, regs->ebx, regs->ecx, (void *)regs->edx)
LOCKED_CALL(setpgid, regs->ebx, regs->ecx)
LOCKED_CALL(umask, regs->ebx)
LOCKED_CALL(dup2, regs->ebx, regs->ecx)
LOCKED_CALL(getppid)
LOCKED_CALL_BY(getpgrp, getpgid, 0)
LOCKED_CALL(setsid)
LOCKED_CALL(sigaction, regs->ebx, (const struct old_sigaction *)regs->ecx,
            (struct old_sigaction *)regs->edx)
LOCKED_CALL(sigsuspend, regs->ebx, regs->ecx, regs->edx)
LOCKED_CALL(sigpending, (uint32_t *)regs->ebx)
LOCKED_CALL(setrlimit, regs->ebx, (const struct rlimit *)regs->ecx)
LOCKED_CALL(getrusage, regs->ebx, (struct rusage *)regs->ecx)
LOCKED_CALL(gettimeofday, (struct timeval *)regs->ebx, (struct timezone *)regs->ecx)
LOCKED_CALL_BY(symlink, symlinkat, (const char *)regs->ebx, AT_FDCWD, (const char *)regs->ecx)
LOCKED_CALL_BY(readlink, readlinkat, AT_FDCWD, (const char *)regs->ebx, (char *)regs->ecx,
               regs->edx)
LOCKED_CALL(reboot, regs->ebx, regs->ecx, regs->edx)
LOCKED_CALL(mmap, (const struct mmap_arguments *)regs->ebx)
LOCKED_CALL(munmap, regs->ebx, regs->ecx)
LOCKED_CALL(truncate, (const char *)regs->ebx, regs->ecx)
LOCKED_CALL(ftruncate, regs->ebx, regs->ecx)
LOCKED_CALL(fchmod, regs->ebx, regs->ecx)
LOCKED_CALL(fchown, regs->ebx, regs->ecx, regs->edx)
LOCKED_CALL(getpriority, regs->ebx, regs->ecx)
LOCKED_CALL(setpriority, regs->ebx, regs->ecx, regs->edx)
LOCKED_CALL(ioperm, regs->ebx, regs->ecx, regs->edx)
LOCKED_CALL(setitimer, regs->ebx, (const struct itimerval *)regs->ecx,
            (struct itimerval *)regs->edx)
LOCKED_CALL(getitimer, regs->ebx, (struct itimerval *)regs->ecx)
LOCKED_CALL(stat, (const char *)regs->ebx, (struct stat *)regs->ecx)
LOCKED_CALL(lstat, (const char *)regs->ebx, (struct stat *)regs->ecx)
LOCKED_CALL(fstat, regs->ebx, (struct stat *)regs->ecx)
LOCKED_CALL(wait4, regs->ebx, (int *)regs->ecx, regs->edx, (void *)regs->esi)
LOCKED_CALL(sysinfo, (struct sysinfo *)regs->ebx)
LOCKED_CALL(fsync, regs->ebx)
LOCKED_CALL(sigreturn)
LOCKED_CALL(clone, regs->ebx, regs->ecx, regs->edx, (struct user_desc *)regs->esi, regs->edi)
CALL(uname, (struct utsname *)regs->ebx)
LOCKED_CALL(mprotect, regs->ebx, regs->ecx, regs->edx)
LOCKED_CALL(sigprocmask, regs->ebx, (const uint32_t *)regs->ecx, (uint32_t *)regs->edx)
LOCKED_CALL(getpgid, regs->ebx)
LOCKED_CALL(fchdir, regs->ebx)
LOCKED_CALL(_llseek, regs->ebx, regs->ecx, regs->edx, (uint64_t *)regs->esi, regs->edi)
LOCKED_CALL(getdents, regs->ebx, (void *)regs->ecx, regs->edx)
LOCKED_CALL(_newselect, regs->ebx, (uint32_t *)regs->ecx, (uint32_t *)regs->edx,
            (uint32_t *)regs->esi, (struct timeval *)regs->edi)
LOCKED_CALL(msync, regs->ebx, regs->ecx, regs->edx)
LOCKED_CALL(readv, regs->ebx, (const struct iovec *)regs->ecx, regs->edx)
LOCKED_CALL(writev, regs->ebx, (const struct iovec *)regs->ecx, regs->edx)
LOCKED_CALL(getsid, regs->ebx)
LOCKED_CALL(sched_yield)
LOCKED_CALL_BY(nanosleep, clock_nanosleep, CLOCK_MONOTONIC, 0, (const struct timespec *)regs->ebx,
               (struct timespec *)regs->ecx)
LOCKED_CALL(mremap, regs->ebx, regs->ecx, regs->edx, regs->esi, regs->edi)
LOCKED_CALL(poll, (struct pollfd *)regs->ebx, regs->ecx, regs->edx)
LOCKED_CALL(prctl, regs->ebx, (char *)regs->ecx)
LOCKED_CALL(rt_sigreturn)
LOCKED_CALL(rt_sigaction, regs->ebx, (const struct sigaction *)regs->ecx,
            (struct sigaction *)regs->edx, regs->esi)
LOCKED_CALL(rt_sigprocmask, regs->ebx, (const uint64_t *)regs->ecx, (uint64_t *)regs->edx,
            regs->esi)
LOCKED_CALL(rt_sigpending, (uint64_t *)regs->ebx, regs->ecx)
LOCKED_CALL(rt_sigtimedwait, (const uint64_t *)regs->ebx, (struct siginfo *)regs->ecx,
            (const struct timespec *)regs->edx, regs->esi)
LOCKED_CALL(rt_sigqueueinfo, regs->ebx, regs->ecx, (const struct siginfo *)regs->edx)
LOCKED_CALL(rt_sigsuspend, (const uint64_t *)regs->ebx, regs->ecx)
LOCKED_CALL(pread64, regs->ebx, (void *)regs->ecx, regs->edx, regs->esi, regs->edi)
LOCKED_CALL(pwrite64, regs->ebx, (const void *)regs->ecx, regs->edx, regs->esi, regs->edi)
LOCKED_CALL(chown, (const char *)regs->ebx, regs->ecx, regs->edx)
LOCKED_CALL(getcwd, (char *)regs->ebx, regs->ecx)
LOCKED_CALL(sigaltstack, (const struct stack *)regs->ebx, (struct stack *)regs->ecx)
LOCKED_CALL_BY(vfork, clone, CLONE_VFORK | CLONE_VM | SIGCHLD, 0, 0, NULL, 0)
LOCKED_CALL(ugetrlimit, regs->ebx, (struct rlimit *)regs->ecx)
LOCKED_CALL(mmap2, regs->ebx, regs->ecx, regs->edx, regs->esi, regs->edi, regs->ebp)
LOCKED_CALL(truncate64, (const char *)regs->ebx, regs->ecx, regs->edx)
LOCKED_CALL(ftruncate64, regs->ebx, regs->ecx, regs->edx)
LOCKED_CALL_BY(stat64, fstatat64, AT_FDCWD, (const char *)regs->ebx, (struct stat64 *)regs->ecx, 0)
LOCKED_CALL_BY(lstat64, fstatat64, AT_FDCWD, (const char *)regs->ebx, (struct stat64 *)regs->ecx,
               AT_SYMLINK_NOFOLLOW)
LOCKED_CALL(fstat64, regs->ebx, (struct stat64 *)regs->ecx)
LOCKED_CALL_BY(lchown32, fchownat, AT_FDCWD, (const char *)regs->ebx, regs->ecx, regs->edx,
               AT_SYMLINK_NOFOLLOW)
CALL(getgroups32, regs->ebx, (uint32_t *)regs->ecx)
LOCKED_CALL(fchown32, regs->ebx, regs->ecx, regs->edx)
CALL(getresuid32, (uint32_t *)regs->ebx, (uint32_t *)regs->ecx, (uint32_t *)regs->edx)
LOCKED_CALL_BY(chown32, fchownat, AT_FDCWD, (const char *)regs->ebx, regs->ecx, regs->edx, 0)
CALL(setuid32, regs->ebx)
LOCKED_CALL(madvise, regs->ebx, regs->ecx, regs->edx)
LOCKED_CALL(getdents64, regs->ebx, (void *)regs->ecx, regs->edx)
LOCKED_CALL(fcntl64, regs->ebx, regs->ecx, regs->edx)
CALL(gettid)
LOCKED_CALL(tkill, regs->ebx, regs->ecx)
LOCKED_CALL(futex, regs->ebx, regs->ecx, regs->edx, (const struct timespec *)regs->esi, regs->edi,
            regs->ebp)
LOCKED_CALL(sched_setaffinity, regs->ebx, regs->ecx, (const uint32_t *)regs->edx)
LOCKED_CALL(sched_getaffinity, regs->ebx, regs->ecx, (uint32_t *)regs->edx)
LOCKED_CALL(set_thread_area, (struct user_desc *)regs->ebx)
LOCKED_CALL(get_thread_area, (struct user_desc *)regs->ebx)
LOCKED_CALL(exit_group, regs->ebx)
LOCKED_CALL(epoll_create, regs->ebx)
LOCKED_CALL(epoll_ctl, regs->ebx, regs->ecx, regs->edx, (const struct epoll_event *)regs->esi)
LOCKED_CALL_BY(epoll_wait, epoll_pwait, regs->ebx, (struct epoll_event *)regs->ecx, regs->edx,
               regs->esi, NULL, 0)
CALL(set_tid_address, regs->ebx)
LOCKED_CALL(clock_gettime, regs->ebx, (struct timespec *)regs->ecx)
LOCKED_CALL(clock_getres, regs->ebx, (struct timespec *)regs->ecx)
LOCKED_CALL(clock_nanosleep, regs->ebx, regs->ecx, (const struct timespec *)regs->edx,
            (struct timespec *)regs->esi)
LOCKED_CALL(statfs64, (const char *)regs->ebx, regs->ecx, (struct statfs64 *)regs->edx)
LOCKED_CALL(fstatfs64, regs->ebx, regs->ecx, (struct statfs64 *)regs->edx)
LOCKED_CALL(tgkill, regs->ebx, regs->ecx, regs->edx)
LOCKED_CALL(openat, regs->ebx, (const char *)regs->ecx, regs->edx, regs->esi)
LOCKED_CALL(mkdirat, regs->ebx, (const char *)regs->ecx, regs->edx)
LOCKED_CALL(mknodat, regs->ebx, (const char *)regs->ecx, regs->edx, regs->esi)
LOCKED_CALL(fchownat, regs->ebx, (const char *)regs->ecx, regs->edx, regs->esi, regs->edi)
LOCKED_CALL(fstatat64, regs->ebx, (const char *)regs->ecx, (struct stat64 *)regs->edx, regs->esi)
LOCKED_CALL(unlinkat, regs->ebx, (const char *)regs->ecx, regs->edx)
LOCKED_CALL(renameat, regs->ebx, (const char *)regs->ecx, regs->edx, (const char *)regs->esi)
LOCKED_CALL(linkat, regs->ebx, (const char *)regs->ecx, regs->edx, (const char *)regs->esi,
            regs->edi)
LOCKED_CALL(symlinkat, (const char *)regs->ebx, regs->ecx, (const char *)regs->edx)
LOCKED_CALL(readlinkat, regs->ebx, (const char *)regs->ecx, (char *)regs->edx, regs->esi)
LOCKED_CALL(fchmodat, regs->ebx, (const char *)regs->ecx, regs->edx)
LOCKED_CALL(faccessat, regs->ebx, (const char *)regs->ecx, regs->edx)
LOCKED_CALL(pselect6, regs->ebx, (uint32_t *)regs->ecx, (uint32_t *)regs->edx,
            (uint32_t *)regs->esi, (struct timespec *)regs->edi, (const uint32_t *)regs->ebp)
LOCKED_CALL(ppoll, (struct pollfd *)regs->ebx, regs->ecx, (struct timespec *)regs->edx,
            (const uint64_t *)regs->esi, regs->edi)
LOCKED_CALL(epoll_pwait, regs->ebx, (struct epoll_event *)regs->ecx, regs->edx, regs->esi,
            (const uint64_t *)regs->edi, regs->ebp)
LOCKED_CALL(utimensat, regs->ebx, (const char *)regs->ecx, (const struct timespec *)regs->edx,
            regs->esi)
LOCKED_CALL(fallocate, regs->ebx, regs->ecx, regs->edx, regs->esi, regs->edi, regs->ebp)
LOCKED_CALL(eventfd2, regs->ebx, regs->ecx)
LOCKED_CALL(epoll_create1, regs->ebx)
LOCKED_CALL(dup3, regs->ebx, regs->ecx, regs->edx)
LOCKED_CALL(pipe2, (int *)regs->ebx, regs->ecx)
LOCKED_CALL(prlimit64, regs->ebx, regs->ecx, (const struct rlimit64 *)regs->edx,
            (struct rlimit64 *)regs->esi)
CALL(getrandom, (void *)regs->ebx, regs->ecx, regs->edx)
LOCKED_CALL(clock_gettime64, regs->ebx, (struct timespec64 *)regs->ecx)

#pragma GCC diagnostic ignored "-Woverride-init"

syscall_entry_t *const sys_call_table[SYSCALL_LIMIT] = {
    [0 ... SYSCALL_LIMIT - 1] = no_such_call,
    [1] = call_locked_exit,
    [2] = call_locked_fork,
    [3] = call_locked_read,
    [4] = call_locked_write,
    [5] = call_locked_open,
    [6] = call_locked_close,
    [7] = call_locked_waitpid,
    [8] = call_locked_creat,
    [9] = call_locked_link,
    [10] = call_locked_unlink,
    [11] = call_locked_execve,
    [12] = call_locked_chdir,
    [13] = call_locked_time,
    [14] = call_locked_mknod,
    [15] = call_locked_chmod,
    [16] = call_locked_lchown,
    [19] = call_locked_lseek,
    [20] = call_getpid,
    [23] = call_setuid32,
    [24] = call_zero,
    [27] = call_locked_alarm,
    [29] = call_locked_pause,
    [33] = call_locked_access,
    [36] = call_zero,
    [37] = call_locked_kill,
    [38] = call_locked_rename,
    [39] = call_locked_mkdir,
    [40] = call_locked_rmdir,
    [41] = call_locked_dup,
    [42] = call_locked_pipe,
    [43] = call_locked_times,
    [45] = call_locked_brk,
    [46] = call_setuid32,
    [47] = call_zero,
    [49] = call_zero,
    [50] = call_zero,
    [54] = call_locked_ioctl,
    [55] = call_locked_fcntl64,
    [57] = call_locked_setpgid,
    [60] = call_locked_umask,
    [63] = call_locked_dup2,
    [64] = call_locked_getppid,
    [65] = call_locked_getpgrp,
    [66] = call_locked_setsid,
    [67] = call_locked_sigaction,
    [72] = call_locked_sigsuspend,
    [73] = call_locked_sigpending,
    [75] = call_locked_setrlimit,
    [77] = call_locked_getrusage,
    [78] = call_locked_gettimeofday,
    [83] = call_locked_symlink,
    [85] = call_locked_readlink,
    [88] = call_locked_reboot,
    [90] = call_locked_mmap,
    [91] = call_locked_munmap,
    [92] = call_locked_truncate,
    [93] = call_locked_ftruncate,
    [94] = call_locked_fchmod,
    [95] = call_locked_fchown,
    [96] = call_locked_getpriority,
    [97] = call_locked_setpriority,
    [101] = call_locked_ioperm,
    [104] = call_locked_setitimer,
    [105] = call_locked_getitimer,
    [106] = call_locked_stat,
    [107] = call_locked_lstat,
    [108] = call_locked_fstat,
    [114] = call_locked_wait4,
    [116] = call_locked_sysinfo,
    [118] = call_locked_fsync,
    [119] = call_locked_sigreturn,
    [120] = call_locked_clone,
    [122] = call_uname,
    [125] = call_locked_mprotect,
    [126] = call_locked_sigprocmask,
    [132] = call_locked_getpgid,
    [133] = call_locked_fchdir,
    [140] = call_locked__llseek,
    [141] = call_locked_getdents,
    [142] = call_locked__newselect,
    [144] = call_locked_msync,
    [145] = call_locked_readv,
    [146] = call_locked_writev,
    [147] = call_locked_getsid,
    [148] = call_locked_fsync,
    [158] = call_locked_sched_yield,
    [162] = call_locked_nanosleep,
    [163] = call_locked_mremap,
    [168] = call_locked_poll,
    [172] = call_locked_prctl,
    [173] = call_locked_rt_sigreturn,
    [174] = call_locked_rt_sigaction,
    [175] = call_locked_rt_sigprocmask,
    [176] = call_locked_rt_sigpending,
    [177] = call_locked_rt_sigtimedwait,
    [178] = call_locked_rt_sigqueueinfo,
    [179] = call_locked_rt_sigsuspend,
    [180] = call_locked_pread64,
    [181] = call_locked_pwrite64,
    [182] = call_locked_chown,
    [183] = call_locked_getcwd,
    [186] = call_locked_sigaltstack,
    [190] = call_locked_vfork,
    [191] = call_locked_ugetrlimit,
    [192] = call_locked_mmap2,
    [193] = call_locked_truncate64,
    [194] = call_locked_ftruncate64,
    [195] = call_locked_stat64,
    [196] = call_locked_lstat64,
    [197] = call_locked_fstat64,
    [198] = call_locked_lchown32,
    [199] = call_zero,
    [200] = call_zero,
    [201] = call_zero,
    [202] = call_zero,
    [203] = call_zero,
    [204] = call_zero,
    [205] = call_getgroups32,
    [206] = call_zero,
    [207] = call_locked_fchown32,
    [208] = call_zero,
    [209] = call_getresuid32,
    [210] = call_zero,
    [211] = call_getresuid32,
    [212] = call_locked_chown32,
    [213] = call_setuid32,
    [214] = call_setuid32,
    [219] = call_locked_madvise,
    [220] = call_locked_getdents64,
    [221] = call_locked_fcntl64,
    [224] = call_gettid,
    [238] = call_locked_tkill,
    [240] = call_locked_futex,
    [241] = call_locked_sched_setaffinity,
    [242] = call_locked_sched_getaffinity,
    [243] = call_locked_set_thread_area,
    [244] = call_locked_get_thread_area,
    [252] = call_locked_exit_group,
    [254] = call_locked_epoll_create,
    [255] = call_locked_epoll_ctl,
    [256] = call_locked_epoll_wait,
    [258] = call_set_tid_address,
    [265] = call_locked_clock_gettime,
    [266] = call_locked_clock_getres,
    [267] = call_locked_clock_nanosleep,
    [268] = call_locked_statfs64,
    [269] = call_locked_fstatfs64,
    [270] = call_locked_tgkill,
    [295] = call_locked_openat,
    [296] = call_locked_mkdirat,
    [297] = call_locked_mknodat,
    [298] = call_locked_fchownat,
    [300] = call_locked_fstatat64,
    [301] = call_locked_unlinkat,
    [302] = call_locked_renameat,
    [303] = call_locked_linkat,
    [304] = call_locked_symlinkat,
    [305] = call_locked_readlinkat,
    [306] = call_locked_fchmodat,
    [307] = call_locked_faccessat,
    [308] = call_locked_pselect6,
    [309] = call_locked_ppoll,
    [319] = call_locked_epoll_pwait,
    [320] = call_locked_utimensat,
    [324] = call_locked_fallocate,
    [328] = call_locked_eventfd2,
    [329] = call_locked_epoll_create1,
    [330] = call_locked_dup3,
    [331] = call_locked_pipe2,
    [340] = call_locked_prlimit64,
    [355] = call_getrandom,
    [403] = call_locked_clock_gettime64,
};
