/* kernel/exceptions.c: what becomes of an exception. */

#include "cpu/cpu.h"
#include "include/x86.h"
#include "kernel/kernel.h"
#include "lib/lib.h"
#include "proc/process.h"

/* From the linker script: each instruction that may fault on a program's memory, and where to go
 * on then. mm/uaccess.asm has one, entry/sysenter_entry.asm another. */
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

_Noreturn static void program_end(const struct pt_regs *regs, uint32_t vector)
{
    const struct process *process = current_process();

    print("# %s (pid %d): killed by %s at %08x, error code 0x%x\n", process->name, process->pid,
          trap_name(vector), regs->eip, regs->orig_eax);
    process_end(0, (int32_t)vector);
}

void trap_unexpected(struct pt_regs *regs, uint32_t vector)
{
    if (from_user(regs)) {
        program_end(regs, vector);
    }
    panic_at(regs, esp_of(regs), "%s, error code 0x%x", trap_name(vector), regs->orig_eax);
}

void page_fault(struct pt_regs *regs, uint32_t vector)
{
    uint32_t address = cr2_read();
    uint32_t error = regs->orig_eax;
    const char *access = error & PAGE_FAULT_WRITE ? "writing" : "reading";

    if (from_user(regs)) {
        print("# page fault %s %08x: %s\n", access, address,
              error & PAGE_FAULT_PROTECTION ? "not allowed" : "nothing there");
        program_end(regs, vector);
    }
    if (!fixup_apply(regs)) {
        panic_at(regs, esp_of(regs), "%s %s %08x", trap_name(vector), access, address);
    }
}
