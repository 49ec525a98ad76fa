/* cpu/smap.c: CR4.SMAP: ring 0 cannot read or write what is a program's (SDM 3A 4.6.1).
 *
 * Whoever gets the kernel to use a pointer of a program's without a check has a page fault, and not
 * the kernel at his service. Where it means to go there it says so with EFLAGS.AC, which in ring 0
 * has nothing to do with alignment: STAC sets it, CLAC clears it. That is in mm/uaccess.asm, and
 * where entry/sysenter_entry.asm reads the 6th argument.
 *
 * A program may have AC set, and brings it along by each way in: sysenter_entry clears it with the
 * other flags, int80_entry and trap_common by CLAC. An NMI touches nothing of a program's.
 *
 * CPUs without SMAP do not know STAC and CLAC (#UD).
 */

#include "cpu/smap.h"

#include "cpu/cpuid.h"
#include "include/x86.h"
#include "kernel/kernel.h"

void smap_init(void)
{
    uint32_t leaf = 7, ebx = 0, part = 0, edx;

    if (cpu_features.max_leaf >= leaf) {
        __asm__("cpuid" : "+a"(leaf), "=b"(ebx), "+c"(part), "=d"(edx));
    }
    if ((ebx & CPUID7_EBX_SMAP) == 0) {
        panic("this kernel is for a CPU with SMAP: see cpu.smap in kernel.toml");
    }
    cr4_set(CR4_SMAP);
}
