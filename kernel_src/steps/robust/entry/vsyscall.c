/* entry/vsyscall.c: the page in which programs find their way into the kernel.
 *
 * There is one page frame with __kernel_vsyscall in it, for all processes. Which of the two stubs
 * it holds is decided once, by what the CPU can do. Where a process sees the page is its own
 * affair: it gets the address as AT_SYSINFO on its start stack, and nobody may assume another.
 */

#include "entry/vsyscall.h"

#include "kernel/kernel.h"
#include "lib/lib.h"
#include "cpu/cpuid.h"
#include "mm/mm.h"

extern const char vsyscall_sysenter[], vsyscall_sysenter_end[];
extern const char vsyscall_int80[], vsyscall_int80_end[];

void vsyscall_init(void)
{
    uint32_t frame = frame_alloc();

    if (frame == 0) {
        panic("no memory for the vsyscall page");
    }
    if (sysenter_usable(&cpu_features)) {
        memcpy(phys_to_virt(frame), vsyscall_sysenter,
               (size_t)(vsyscall_sysenter_end - vsyscall_sysenter));
    } else {
        memcpy(phys_to_virt(frame), vsyscall_int80, (size_t)(vsyscall_int80_end - vsyscall_int80));
    }
    vsyscall_place(frame);
}
