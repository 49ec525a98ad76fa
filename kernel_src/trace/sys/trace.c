/* sys/trace.c: every system call, told to the host: when it begins, and when it comes back.
 *
 * The host sees the machine's memory, and follows the program's pointers itself, through its page
 * tables. So that nothing changes meanwhile the kernel waits until it has.
 */

#include "dev/host.h"
#include "include/lock.h"
#include "mm/mm.h"
#include "proc/process.h"
#include "sys/calls.h"

#define SYSCALL_ENTRY __attribute__((fastcall)) /* the first argument arrives in ECX */

typedef SYSCALL_ENTRY long syscall_entry_t(const struct pt_regs *regs);

extern syscall_entry_t *const sys_call_table[SYSCALL_LIMIT];

SYSCALL_ENTRY long trace_call(struct pt_regs *regs); /* called by the entry points */

static struct lock lock;

static void tell(uint32_t moment, const struct pt_regs *regs, uint32_t by_sysenter, long result)
{
    const struct process *process = current_process();
    struct host_trace *trace = &host_area.trace;

    lock_acquire(&lock);
    *trace = (struct host_trace){
        .pid = (uint32_t)process->pid,
        .directory = virt_to_phys(process->page_directory),
        .by_sysenter = by_sysenter,
        .number = regs->orig_eax,
        .arguments = {regs->ebx, regs->ecx, regs->edx, regs->esi, regs->edi, regs->ebp},
        .result = (int32_t)result,
    };
    __atomic_store_n(&trace->moment, moment, __ATOMIC_RELEASE);
    host_ring();
    while (__atomic_load_n(&trace->moment, __ATOMIC_ACQUIRE) != HOST_TRACE_NONE) {
        __asm__ volatile("pause");
    }
    lock_release(&lock);
}

/* Of a call that does not come back, if all goes well, the host can read no string afterwards: the
 * pages have to be there before. */
static void touch_strings(const struct pt_regs *regs)
{
    const uint32_t pointers[] = {regs->ebx, regs->ecx, regs->edx};
    char byte;

    for (uint32_t i = 0; regs->orig_eax == NR_execve && i < 3; i++) {
        (void)copy_from_user(&byte, (const void *)pointers[i], 1);
    }
}

SYSCALL_ENTRY long trace_call(struct pt_regs *regs)
{
    uint32_t number = regs->orig_eax;
    uint32_t by_sysenter = (regs->cs & PT_CS_SYSENTER) != 0;

    regs->cs &= ~PT_CS_SYSENTER; /* nobody else need know of it */
    touch_strings(regs);
    tell(HOST_TRACE_CALL, regs, by_sysenter, 0);
    const struct pt_regs before = *regs; /* execve() and sigreturn() make others of them */
    long result = number < SYSCALL_LIMIT ? sys_call_table[number](regs) : -ENOSYS;
    tell(HOST_TRACE_RETURN, &before, by_sysenter, result);
    return result;
}
