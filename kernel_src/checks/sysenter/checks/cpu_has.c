/* checks/cpu_has.c: what the checks must know of this CPU. */

#include "checks/cpu_has.h"

#include "sys/check_cpu.h"

int cpu_has_sysenter(void)
{
    struct check_cpu cpu = check_cpu();

    return check_cpu_has_sysenter(&cpu);
}

int cpu_has_msr(void)
{
    return (check_cpu().features & CPUID_MSR) != 0;
}
