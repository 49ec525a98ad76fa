/* cpu/control.c: the switches in CR0 and CR4 (SDM 3A 2.5). */

#include "cpu/cpu.h"
#include "cpu/cpuid.h"
#include "include/x86.h"

/*
 * WP  a page that is read-only is so for ring 0 as well: the kernel cannot damage its own text, and
 *     a system call cannot be used to write where the program itself may not.
 * AM  lets a program that sets EFLAGS.AC have its unaligned accesses reported.
 * EM  no x87 (#NM for the program that tries), no MMX or SSE (#UD). Registers that this kernel does
 *     not save at a switch must not carry one program's data to the next.
 * CD and NW are set after INIT (SDM 3A table 9-1): a CPU that was started by another would run
 *     without its cache.
 *
 * Where the CPU has them:
 *
 * SMEP  the kernel cannot be led to execute what a program has written: a function pointer that was
 *     overwritten is a page fault, not the program's code in ring 0.
 * SMAP  nor to read or write what is a program's, but where it says so: see include/smap.inc.
 * UMIP  a program does not learn where the GDT, the IDT and the TSS are: SGDT and the like are #GP.
 */
void control_init(void)
{
    uint32_t leaf = 7, ebx, part = 0, edx;

    cr0_write((cr0_read() & ~(CR0_CD | CR0_NW)) | CR0_WP | CR0_AM | CR0_EM);
    if (cpu_features.max_leaf >= leaf) {
        __asm__("cpuid" : "+a"(leaf), "=b"(ebx), "+c"(part), "=d"(edx));
        cpu_features.smap = (ebx & CPUID7_EBX_SMAP) != 0;
        cr4_set((ebx & CPUID7_EBX_SMEP ? CR4_SMEP : 0) | (cpu_features.smap ? CR4_SMAP : 0) |
                (part & CPUID7_ECX_UMIP ? CR4_UMIP : 0));
    }
}
