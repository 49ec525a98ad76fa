/* kernel/show_sysenter.c: the three MSRs of the first CPU, read back. */

#include "include/msr.h"
#include "kernel/kernel.h"
#include "lib/lib.h"
#include "cpu/cpuid.h"

void show_sysenter(void)
{
    if (!sysenter_usable(&cpu_features)) {
        print("# sysenter: this CPU has none; system calls go through int 0x80\n");
        return;
    }
    print("# sysenter: CS msr 0x%x, ESP msr %08x, EIP msr %08x\n", msr_read(MSR_IA32_SYSENTER_CS),
          msr_read(MSR_IA32_SYSENTER_ESP), msr_read(MSR_IA32_SYSENTER_EIP));
}
