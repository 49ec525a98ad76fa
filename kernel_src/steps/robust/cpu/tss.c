/* cpu/tss.c: the task state segment, which a kernel without hardware tasks needs all the same.
 *
 * It is what remains of the 286's hardware tasks. Linux, and we, use three things of it:
 *
 *   esp0, ss0    When ring 3 is interrupted, the CPU cannot push anything on the program's stack:
 *                it may be anywhere. It takes the ring 0 stack from here (SDM 3A 6.12.1). So esp0
 *                must be rewritten at every switch to another process.
 *   iomap_base   Where the I/O permission bitmap begins that IN and OUT in ring 3 are checked
 *                against.
 *   the rest     A whole second TSS for the double fault: its handler is entered by a task switch,
 *                which loads every register, ESP too, so that it works even when the kernel stack
 *                is what broke.
 */

#include "cpu/cpu.h"

#include "include/x86.h"
#include "mm/mm.h"

extern void double_fault_task(void);

static void double_fault_tss_init(struct cpu *cpu)
{
    struct tss *tss = &cpu->double_fault_tss;
    uint32_t *stack_end =
        cpu->double_fault_stack + sizeof cpu->double_fault_stack / sizeof(uint32_t);

    tss->eip = (uint32_t)double_fault_task;
    tss->esp = (uint32_t)stack_end;
    tss->eflags = EFLAGS_ALWAYS_1;
    tss->cs = SEL_KERNEL_CODE;
    tss->ss = SEL_KERNEL_DATA;
    tss->ds = SEL_USER_DATA;
    tss->es = SEL_USER_DATA;
    tss->cr3 = virt_to_phys(kernel_page_directory);
    tss->iomap_base = NO_IO_BITMAP;
}

void tss_init(struct cpu *cpu)
{
    cpu->tss.ss0 = SEL_KERNEL_DATA;
    cpu->tss.esp0 = (uint32_t)cpu->idle;
    cpu->tss.iomap_base = NO_IO_BITMAP;
    double_fault_tss_init(cpu);
    __asm__ volatile("ltr %w0" : : "r"(SEL_TSS));
}

void tss_set_esp0(struct cpu *cpu, struct process *process)
{
    cpu->tss.esp0 = (uint32_t)process;
}
