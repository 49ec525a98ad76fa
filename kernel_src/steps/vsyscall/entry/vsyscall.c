/* entry/vsyscall.c: the page in which programs find their way into the kernel.
 *
 * It is at one address in every process, as in Linux up to 2.6.18: in the kernel's part of the
 * address space, which all share, but for ring 3 to read and execute. Which of the two stubs it
 * holds is decided once, by what the CPU can do. Programs get the address as AT_SYSINFO on their
 * start stack, and may not assume another.
 */

#include "entry/vsyscall.h"

#include "cpu/sysenter.h"
#include "lib/lib.h"
#include "mm/mm.h"

extern const char vsyscall_sysenter[], vsyscall_sysenter_end[];
extern const char vsyscall_int80[], vsyscall_int80_end[];

void vsyscall_init(void)
{
    int fast = sysenter_usable();
    const char *stub = fast ? vsyscall_sysenter : vsyscall_int80;
    const char *end = fast ? vsyscall_sysenter_end : vsyscall_int80_end;
    uint32_t frame = frame_alloc();

    memcpy(phys_to_virt(frame), stub, (size_t)(end - stub));
    page_map(kernel_page_directory, VSYSCALL_ADDR, frame, PAGE_USER);
    print("# vsyscall: the page is at %08x in every process: AT_SYSINFO\n", VSYSCALL_ADDR);
}
