/* kernel/show_cpus.c: the CPUs that have been started. */

#include "cpu/cpu.h"
#include "kernel/kernel.h"
#include "lib/lib.h"

void show_cpus(void)
{
    print("# cpus: APIC IDs");
    for (uint32_t i = 0; i < CPU_COUNT; i++) {
        if (cpus[i].online) {
            print(" %u", cpus[i].apic_id);
        }
    }
    print("\n");
}
