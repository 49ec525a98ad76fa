/* kernel/exceptions.c: what becomes of an exception: a signal for the program that raised it. */

#include "cpu/cpu.h"
#include "cpu/fpu_frame.h"
#include "fs/inode.h"
#include "include/kernel_lock.h"
#include "include/x86.h"
#include "kernel/kernel.h"
#include "mm/space.h"
#include "proc/process.h"
#include "proc/signals.h"

#define TRAP_IRET 32 /* no vector of the CPU's, but Linux's number for it */

void return_failed(void); /* called by entry/return.asm */

/* From the linker script: each instruction that may fault on what a program handed over, and where
 * to go on then. */
struct fixup {
    uint32_t fault_eip;
    uint32_t continue_eip;
};
extern const struct fixup fixups_start[], fixups_end[];

static int from_user(const struct pt_regs *regs)
{
    return (regs->cs & 3) == 3;
}

/* An exception in ring 0 pushes no ESP: its frame lies where ESP was. */
static uint32_t esp_of(const struct pt_regs *regs)
{
    return (uint32_t)&regs->esp;
}

static int fixup_apply(struct pt_regs *regs)
{
    for (const struct fixup *fixup = fixups_start; fixup < fixups_end; fixup++) {
        if (fixup->fault_eip == regs->eip) {
            regs->eip = fixup->continue_eip;
            return 1;
        }
    }
    return 0;
}

/* SDM 3A 6.15; Linux arch/x86/kernel/traps.c. */
int signal_of_trap(uint32_t vector)
{
    switch (vector) {
    case VECTOR_DE:
    case VECTOR_MF:
    case VECTOR_XM:
        return SIGFPE;
    case VECTOR_DB:
    case VECTOR_BP:
        return SIGTRAP;
    case VECTOR_UD:
        return SIGILL;
    case VECTOR_NP:
    case VECTOR_SS:
    case VECTOR_AC:
        return SIGBUS;
    default:
        return SIGSEGV;
    }
}

/* SDM 1 8.5; an operand that is denormal counts as an underflow. */
static int code_of_float(uint32_t raised)
{
    return raised & 0x01   ? FPE_FLTINV
           : raised & 0x04 ? FPE_FLTDIV
           : raised & 0x08 ? FPE_FLTOVF
           : raised & 0x12 ? FPE_FLTUND
                           : FPE_FLTRES;
}

/* What siginfo_t says of an exception (sigaction(2)). */
static int code_of_trap(uint32_t vector)
{
    switch (vector) {
    case VECTOR_DE:
        return FPE_INTDIV;
    case VECTOR_DB:
        return TRAP_TRACE;
    case VECTOR_UD:
        return ILL_ILLOPN;
    case VECTOR_AC:
        return BUS_ADRALN;
    case VECTOR_MF:
    case VECTOR_XM:
        return code_of_float(fpu_raised(vector));
    default:
        return SI_KERNEL;
    }
}

static void trap_to_signal(const struct pt_regs *regs, uint32_t vector, int signal, int code,
                           uint32_t address)
{
    struct process *process = current_process();

    process->trap_vector = vector;
    /* Of what is the kernel's a program does not learn whether it is there. */
    process->trap_error = regs->orig_eax;
    process->trap_error |= vector == VECTOR_PF && address >= USER_TOP ? PAGE_FAULT_PROTECTION : 0;
    process->trap_address = vector == VECTOR_PF ? address : process->trap_address;
    signal_force(signal, code, address);
}

void trap_unexpected(struct pt_regs *regs, uint32_t vector)
{
    if (from_user(regs)) {
        int code = code_of_trap(vector);
        trap_to_signal(regs, vector, signal_of_trap(vector), code,
                       code == SI_KERNEL ? 0 : regs->eip);
    } else if (!fixup_apply(regs)) {
        panic_at(regs, esp_of(regs), "%s, error code 0x%x", trap_name(vector), regs->orig_eax);
    }
}

/* The area would allow it, but the file ends before, or there is no room for its page. */
static int is_without_page(const struct area *area, int write)
{
    return area->inode && (area->flags & (write ? PROT_WRITE : AREA_PROTECTION));
}

static void fault_to_signal(const struct pt_regs *regs, uint32_t vector, uint32_t address)
{
    const struct area *area = area_find(current_process()->space, address);

    if (!area || address < area->start) {
        trap_to_signal(regs, vector, SIGSEGV, SEGV_MAPERR, address);
    } else if (is_without_page(area, (regs->orig_eax & PAGE_FAULT_WRITE) != 0)) {
        trap_to_signal(regs, vector, SIGBUS, BUS_ADRERR, address);
    } else {
        trap_to_signal(regs, vector, SIGSEGV, SEGV_ACCERR, address);
    }
}

void page_fault(struct pt_regs *regs, uint32_t vector)
{
    uint32_t address = cr2_read();

    if (from_user(regs)) {
        fault_to_signal(regs, vector, address);
    } else if (!fixup_apply(regs)) {
        panic_at(regs, esp_of(regs), "%s %s %08x", trap_name(vector),
                 regs->orig_eax & PAGE_FAULT_WRITE ? "writing" : "reading", address);
    }
}

/* Ring 3 cannot be entered with the segments that the program has. Linux calls it a bad stack. */
void return_failed(void)
{
    struct process *process = current_process();

    kernel_lock_acquire();
    process->trap_vector = TRAP_IRET;
    process->trap_error = 0;
    signal_force(SIGILL, ILL_BADSTK, 0);
    kernel_lock_release();
}
