/* sys/table.c: the system calls by number (Linux arch/x86/entry/syscalls/syscall_32.tbl).
 *
 * An entry point calls sys_call_table[EAX] with the address of the saved registers in ECX. Each
 * function here takes the arguments out of them; the sixth register, EBP, holds the sixth.
 * [a ... b] is GCC's and clang's way to initialise a range, and the last word on an element counts.
 */

#include "sys/calls.h"

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

CALL(exit, regs->ebx)
CALL(write, regs->ebx, (const void *)regs->ecx, regs->edx)
CALL(getpid)

#pragma GCC diagnostic ignored "-Woverride-init"

syscall_entry_t *const sys_call_table[SYSCALL_LIMIT] = {
    [0 ... SYSCALL_LIMIT - 1] = no_such_call,
    [1] = call_exit,
    [4] = call_write,
    [20] = call_getpid,
};
