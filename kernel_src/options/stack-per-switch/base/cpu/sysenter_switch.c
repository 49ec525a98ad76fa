/* cpu/sysenter_switch.c: another process has another kernel stack; SYSENTER must begin there. */

#include "cpu/sysenter_switch.h"

#include "include/msr.h"
#include "cpu/cpuid.h"

void sysenter_set_stack(const struct process *process)
{
    if (sysenter_usable(&cpu_features)) {
        msr_write(MSR_IA32_SYSENTER_ESP, (uint32_t)process);
    }
}
