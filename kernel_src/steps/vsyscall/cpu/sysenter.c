/* cpu/sysenter.c: the three MSRs behind SYSENTER and SYSEXIT (SDM 3A 5.8.7).
 *
 *   MSR_IA32_SYSENTER_CS   CS; SS is 8 more, and SYSEXIT's CS and SS are 16 and 24 more
 *   MSR_IA32_SYSENTER_ESP  ESP at the first instruction in the kernel
 *   MSR_IA32_SYSENTER_EIP  and the address of that instruction
 *
 * Where they are not written, MSR_IA32_SYSENTER_CS is 0, and SYSENTER raises #GP.
 *
 * MSR_IA32_SYSENTER_ESP is written once, as Linux 2.6 does it, with an address just past the TSS
 * that stands in a field of which the CPU makes no use: esp1. WRMSR takes as long as a hundred
 * other instructions, and esp0 has to change with every process anyway, because `int 0x80` uses it.
 * So SYSENTER's stack need not change: the first instruction of sysenter_entry finds esp0 at a
 * fixed distance below its ESP.
 *
 * Until that instruction has run, ESP is on no process's stack. SYSENTER clears IF, so that no
 * interrupt comes, but two exceptions may: see entry/at_sysenter.asm. They push their words below
 * the address in the MSR, so the TSS ends in a few words that are there for nothing else.
 */

#include "cpu/sysenter.h"

#include "cpu/cpu.h"
#include "lib/lib.h"

extern void sysenter_entry(void);
extern void trap_1_at_sysenter(void), trap_2_at_sysenter(void);

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
    tss.esp1 = (uint32_t)(&tss + 1);
    msr_write(MSR_IA32_SYSENTER_CS, SEL_KERNEL_CODE);
    msr_write(MSR_IA32_SYSENTER_ESP, tss.esp1);
    msr_write(MSR_IA32_SYSENTER_EIP, (uint32_t)sysenter_entry);
    idt_set(VECTOR_DB, trap_1_at_sysenter);
    idt_set(VECTOR_NMI, trap_2_at_sysenter);
    print("# sysenter: CS msr 0x%x, ESP msr %08x, EIP msr %08x\n", SEL_KERNEL_CODE, tss.esp1,
          (uint32_t)sysenter_entry);
}
