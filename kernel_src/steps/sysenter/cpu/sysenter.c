/* cpu/sysenter.c: the three MSRs behind SYSENTER and SYSEXIT (SDM 3A 5.8.7).
 *
 *   MSR_IA32_SYSENTER_CS   CS; SS is 8 more, and SYSEXIT's CS and SS are 16 and 24 more
 *   MSR_IA32_SYSENTER_ESP  ESP at the first instruction in the kernel
 *   MSR_IA32_SYSENTER_EIP  and the address of that instruction
 *
 * Where they are not written, MSR_IA32_SYSENTER_CS is 0, and SYSENTER raises #GP. The CPU does not
 * look at the TSS: what esp0 is for `int 0x80`, MSR_IA32_SYSENTER_ESP is for SYSENTER, and both are
 * rewritten at every switch to another process.
 */

#include "cpu/sysenter.h"

#include "lib/lib.h"
#include "proc/process.h"

extern void sysenter_entry(void);

static void msr_write(uint32_t msr, uint32_t value)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"(value), "d"(0));
}

void sysenter_init(void)
{
    if (!sysenter_usable()) { /* the MSRs may not exist either */
        print("# sysenter: this CPU has none; system calls go through int 0x80\n");
        return;
    }
    msr_write(MSR_IA32_SYSENTER_CS, SEL_KERNEL_CODE);
    msr_write(MSR_IA32_SYSENTER_EIP, (uint32_t)sysenter_entry);
    sysenter_set_stack(current_process()); /* of whoever runs, as after every switch */
    print("# sysenter: CS msr 0x%x, ESP msr %08x, EIP msr %08x\n", SEL_KERNEL_CODE,
          (uint32_t)current_process(), (uint32_t)sysenter_entry);
}

void sysenter_set_stack(struct process *process)
{
    if (sysenter_usable()) {
        msr_write(MSR_IA32_SYSENTER_ESP, (uint32_t)process);
    }
}
