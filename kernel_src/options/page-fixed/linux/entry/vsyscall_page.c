/* entry/vsyscall_page.c: the vDSO at one address for all, as in Linux up to 2.6.18. */

#include "entry/vsyscall.h"

#include "dev/clock.h"
#include "kernel/kernel.h"
#include "mm/mm.h"
#include "mm/space.h"

/* Both pages are in the kernel's part of the address space, which all share; ring 3 may only read
 * and execute them. */
void vsyscall_place(uint32_t frame)
{
    if (page_map(kernel_page_directory, VSYSCALL_ADDR, frame, PAGE_USER) != 0 ||
        page_map(kernel_page_directory, VSYSCALL_ADDR - PAGE_SIZE, clock_frame(), PAGE_USER) != 0) {
        panic("no memory to map the vDSO");
    }
}

int vsyscall_map(struct space *space)
{
    space->sysinfo = VSYSCALL_ADDR + VDSO_STUB;
    return 0;
}

/* SYSENTER_RETURN is the same for all. */
void vsyscall_use(struct process *process)
{
    (void)process;
}
