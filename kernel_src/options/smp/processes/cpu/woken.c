/* cpu/woken.c: another CPU has something for this one to do. */

#include "cpu/tlb.h"
#include "kernel/kernel.h"
#include "proc/process.h"

void cpu_woken(struct pt_regs *regs)
{
    wake_interrupt();
    tlb_obey();
    preempt(regs);
}
