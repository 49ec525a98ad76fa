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

/* CALL(name, arguments): call_<name>, which calls sys_<name> with those. */
#define CALL(name, ...)                                                                            \
    static SYSCALL_ENTRY long call_##name(const struct pt_regs *regs)                              \
    {                                                                                              \
        (void)regs; /* some calls have no arguments */                                             \
        return sys_##name(__VA_ARGS__);                                                            \
    }

/* The same under the kernel lock, for a call that uses more than what is the caller's own. */
#define LOCKED_CALL(name, ...)                                                                     \
    static SYSCALL_ENTRY long call_##name(const struct pt_regs *regs)                              \
    {                                                                                              \
        (void)regs; /* some calls have no arguments */                                             \
        kernel_lock_acquire();                                                                     \
        long result = sys_##name(__VA_ARGS__);                                                     \
        kernel_lock_release();                                                                     \
        return result;                                                                             \
    }

LOCKED_CALL(exit, regs->ebx)
LOCKED_CALL(fork)
LOCKED_CALL(read, regs->ebx, (void *)regs->ecx, regs->edx)
LOCKED_CALL(write, regs->ebx, (const void *)regs->ecx, regs->edx)
LOCKED_CALL(close, regs->ebx)
LOCKED_CALL(waitpid, regs->ebx, (int *)regs->ecx, regs->edx)
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
LOCKED_CALL(vfork)
LOCKED_CALL(mmap2, regs->ebx, regs->ecx, regs->edx, regs->esi, regs->edi, regs->ebp)
LOCKED_CALL(exit_group, regs->ebx)

#pragma GCC diagnostic ignored "-Woverride-init"

syscall_entry_t *const sys_call_table[SYSCALL_LIMIT] = {
    [0 ... SYSCALL_LIMIT - 1] = no_such_call,
    [1] = call_exit,
    [2] = call_fork,
    [3] = call_read,
    [4] = call_write,
    [6] = call_close,
    [7] = call_waitpid,
    [11] = call_execve,
    [20] = call_getpid,
    [37] = call_kill,
    [41] = call_dup,
    [42] = call_pipe,
    [45] = call_brk,
    [63] = call_dup2,
    [64] = call_getppid,
    [91] = call_munmap,
    [101] = call_ioperm,
    [114] = call_wait4,
    [120] = call_clone,
    [125] = call_mprotect,
    [158] = call_sched_yield,
    [162] = call_nanosleep,
    [163] = call_mremap,
    [190] = call_vfork,
    [192] = call_mmap2,
    [252] = call_exit_group,
};
