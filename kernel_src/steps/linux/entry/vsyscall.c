/* entry/vsyscall.c: the vDSO, in which programs find their way into the kernel, and the time.
 *
 * There is one page frame with it, for all processes: a whole ELF file, which C libraries and
 * debuggers search for names. Which of the two stubs is at __kernel_vsyscall is decided once, by
 * what the CPU can do. Where a process sees the page is its own affair: it gets the address as
 * AT_SYSINFO_EHDR, and that of the stub as AT_SYSINFO.
 */

#include "entry/vsyscall.h"

#include "kernel/kernel.h"
#include "lib/lib.h"
#include "cpu/cpuid.h"
#include "mm/mm.h"

extern const char vdso_image[], vdso_image_end[];
extern const char vsyscall_sysenter[], vsyscall_sysenter_end[];
extern const char vsyscall_int80[], vsyscall_int80_end[];

void vsyscall_init(void)
{
    uint32_t frame = frame_alloc();

    if (frame == 0) {
        panic("no memory for the vDSO");
    }
    char *page = phys_to_virt(frame);
    memcpy(page, vdso_image, (size_t)(vdso_image_end - vdso_image));
    if (sysenter_usable(&cpu_features)) {
        memcpy(page + VDSO_STUB, vsyscall_sysenter,
               (size_t)(vsyscall_sysenter_end - vsyscall_sysenter));
    } else {
        memcpy(page + VDSO_STUB, vsyscall_int80, (size_t)(vsyscall_int80_end - vsyscall_int80));
    }
    vsyscall_place(frame);
}
