/* kernel/double_fault.c: an exception while one was delivered: mostly a kernel stack overflow.
 *
 * The CPU came here by a task switch (SDM 3A 7.3): it saved every register in this CPU's ordinary
 * TSS and loaded all of them from the double fault TSS, ESP too. What it saved says what went
 * wrong.
 */

#include "cpu/cpu.h"
#include "include/x86.h"
#include "kernel/kernel.h"
#include "mm/mm.h"

void double_fault_task(void);

void double_fault_task(void)
{
    /* Which CPU's is the stack that we are on? It is a part of its struct cpu. */
    uint32_t offset = (uint32_t)__builtin_frame_address(0) - (uint32_t)cpus;
    const struct tss *tss = &cpus[offset / sizeof cpus[0]].tss;
    struct pt_regs regs = {
        .ebx = tss->ebx,
        .ecx = tss->ecx,
        .edx = tss->edx,
        .esi = tss->esi,
        .edi = tss->edi,
        .ebp = tss->ebp,
        .eax = tss->eax,
        .ds = tss->ds,
        .es = tss->es,
        .fs = tss->fs,
        .gs = tss->gs,
        .eip = tss->eip,
        .cs = tss->cs,
        .eflags = tss->eflags,
    };
    const uint32_t *entry = page_entry(kernel_page_directory, tss->esp - 1);

    if (tss->esp >= KERNEL_BASE && entry && (*entry & PAGE_PRESENT) == 0) {
        panic_at(&regs, tss->esp, "double fault: the kernel stack ran over");
    }
    panic_at(&regs, tss->esp, "double fault");
}
