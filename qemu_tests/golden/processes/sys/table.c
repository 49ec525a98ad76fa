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
LOCKED_CALL_BY(fork, clone, 0, 0)
LOCKED_CALL(read, regs->ebx, (void *)regs->ecx, regs->edx)
LOCKED_CALL(write, regs->ebx, (const void *)regs->ecx, regs->edx)
LOCKED_CALL(close, regs->ebx)
LOCKED_CALL_BY(waitpid, wait4, regs->ebx, (int *)regs->ecx, regs->edx, NULL)
LOCKED_CALL(execve, (const char *)regs->ebx, (const char *const *)regs->ecx,
            (const char *const *)regs->edx)
CALL(getpid)
LOCKED_CALL(kill, regs->ebx, regs->ecx)
LOCKED_CALL(dup, regs->ebx)
LOCKED_CALL(pipe, (int *)regs->ebx)
LOCKED_CALL(brk, regs->ebx)
LOCKED_CALL(dup2, regs->ebx, regs->ecx)
LOCKED_CALL(getppid)
LOCKED_CALL(munmap, regs->ebx, regs->ecx)
LOCKED_CALL(ioperm, regs->ebx, regs->ecx, regs->edx)
LOCKED_CALL(wait4, regs->ebx, (int *)regs->ecx, regs->edx, (void *)regs->esi)
LOCKED_CALL(clone, regs->ebx, regs->ecx)
LOCKED_CALL(mprotect, regs->ebx, regs->ecx, regs->edx)
LOCKED_CALL(sched_yield)
LOCKED_CALL(nanosleep, (const struct timespec *)regs->ebx, (struct timespec *)regs->ecx)
LOCKED_CALL(mremap, regs->ebx, regs->ecx, regs->edx, regs->esi, regs->edi)
LOCKED_CALL_BY(vfork, clone, CLONE_VFORK | CLONE_VM, 0)
LOCKED_CALL(mmap2, regs->ebx, regs->ecx, regs->edx, regs->esi, regs->edi, regs->ebp)

#pragma GCC diagnostic ignored "-Woverride-init"

syscall_entry_t *const sys_call_table[SYSCALL_LIMIT] = {
    [0 ... SYSCALL_LIMIT - 1] = no_such_call,
    [1] = call_locked_exit,
    [2] = call_locked_fork,
    [3] = call_locked_read,
    [4] = call_locked_write,
    [6] = call_locked_close,
    [7] = call_locked_waitpid,
    [11] = call_locked_execve,
    [20] = call_getpid,
    [37] = call_locked_kill,
    [41] = call_locked_dup,
    [42] = call_locked_pipe,
    [45] = call_locked_brk,
    [63] = call_locked_dup2,
    [64] = call_locked_getppid,
    [91] = call_locked_munmap,
    [101] = call_locked_ioperm,
    [114] = call_locked_wait4,
    [120] = call_locked_clone,
    [125] = call_locked_mprotect,
    [158] = call_locked_sched_yield,
    [162] = call_locked_nanosleep,
    [163] = call_locked_mremap,
    [190] = call_locked_vfork,
    [192] = call_locked_mmap2,
    [252] = call_locked_exit,
};
