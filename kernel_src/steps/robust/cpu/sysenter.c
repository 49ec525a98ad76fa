/* cpu/sysenter.c: the three MSRs behind SYSENTER and SYSEXIT (SDM 3A 5.8.7). Each CPU has its own.
 *
 *   MSR_IA32_SYSENTER_CS   CS; SS and both selectors of SYSEXIT are computed from it: see cpu/gdt.c
 *   MSR_IA32_SYSENTER_ESP  ESP at the first instruction in the kernel: see cpu/sysenter_stack.h
 *   MSR_IA32_SYSENTER_EIP  and the address of that instruction
 *
 * Where they are not written, MSR_IA32_SYSENTER_CS is 0, and SYSENTER raises #GP.
 */

#include "cpu/sysenter.h"

#include "cpu/sysenter_stack.h"
#include "include/msr.h"
#include "cpu/cpuid.h"

extern void sysenter_entry(void);

void sysenter_init(struct cpu *cpu)
{
    if (!sysenter_usable(&cpu_features)) {
        return; /* the MSRs may not exist; programs take int 0x80 */
    }
    msr_write(MSR_IA32_SYSENTER_CS, SEL_KERNEL_CODE);
    msr_write(MSR_IA32_SYSENTER_ESP, sysenter_stack(cpu));
    msr_write(MSR_IA32_SYSENTER_EIP, (uint32_t)sysenter_entry);
}
