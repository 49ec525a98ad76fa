/* kernel/exceptions.c: what becomes of an exception. */

#include "cpu/cpu.h"
#include "include/x86.h"
#include "kernel/kernel.h"
#include "lib/lib.h"
#include "proc/process.h"

/* From the linker script: each instruction that may fault on a program's memory, and where to go
 * on then. mm/uaccess.asm has one. */
struct fixup {
    uint32_t fault_eip;
    uint32_t continue_eip;
};
extern const struct fixup fixups_start[], fixups_end[];

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

/* An exception in ring 3 ends the program; one that nobody expected in ring 0 ends the kernel. */
void trap_dispatch(struct pt_regs *regs, uint32_t vector)
{
    if ((regs->cs & 3) == 3) {
        print("# %s (pid %d): killed by exception %u at %08x, error code 0x%x, cr2 %08x\n",
              current_process()->name, current_process()->pid, vector, regs->eip, regs->orig_eax,
              cr2_read());
        process_end(0, (int32_t)vector);
    }
    if (vector != VECTOR_PF || !fixup_apply(regs)) {
        panic(regs, "exception %u, error code 0x%x", vector, regs->orig_eax);
    }
}
