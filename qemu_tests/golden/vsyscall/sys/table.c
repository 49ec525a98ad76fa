/* sys/table.c: the system calls by number (Linux arch/x86/entry/syscalls/syscall_32.tbl).
 *
 * An entry point calls sys_call_table[EAX] with the address of the saved registers in ECX. Each
 * function here takes the arguments out of them; the sixth register, EBP, holds the sixth.
 * [a ... b] is GCC's and clang's way to initialise a range.
 */

#include "sys/calls.h"

#define SYSCALL_ENTRY __attribute__((fastcall)) /* the first argument arrives in ECX */

typedef SYSCALL_ENTRY long syscall_entry_t(const struct pt_regs *regs);

static SYSCALL_ENTRY long no_such_call(const struct pt_regs *regs)
{
    (void)regs;
    return -ENOSYS;
}

static SYSCALL_ENTRY long call_exit(const struct pt_regs *regs)
{
    sys_exit((int)regs->ebx);
}

static SYSCALL_ENTRY long call_read(const struct pt_regs *regs)
{
    return sys_read((int)regs->ebx, (void *)regs->ecx, (size_t)regs->edx);
}

static SYSCALL_ENTRY long call_write(const struct pt_regs *regs)
{
    return sys_write((int)regs->ebx, (const void *)regs->ecx, (size_t)regs->edx);
}

static SYSCALL_ENTRY long call_getpid(const struct pt_regs *regs)
{
    (void)regs;
    return sys_getpid();
}

static SYSCALL_ENTRY long call_ioperm(const struct pt_regs *regs)
{
    return sys_ioperm((uint32_t)regs->ebx, (uint32_t)regs->ecx, (int)regs->edx);
}

static SYSCALL_ENTRY long call_sched_yield(const struct pt_regs *regs)
{
    (void)regs;
    return sys_sched_yield();
}

static SYSCALL_ENTRY long call_exit_group(const struct pt_regs *regs)
{
    sys_exit_group((int)regs->ebx);
}

syscall_entry_t *const sys_call_table[SYSCALL_LIMIT] = {
    [0] = no_such_call,
    [1] = call_exit,
    [2] = no_such_call,
    [3] = call_read,
    [4] = call_write,
    [5 ... 19] = no_such_call,
    [20] = call_getpid,
    [21 ... 100] = no_such_call,
    [101] = call_ioperm,
    [102 ... 157] = no_such_call,
    [158] = call_sched_yield,
    [159 ... 251] = no_such_call,
    [252] = call_exit_group,
};
