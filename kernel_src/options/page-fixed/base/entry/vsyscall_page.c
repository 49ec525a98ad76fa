/* entry/vsyscall_page.c: the vsyscall page at one address for all, as in Linux up to 2.6.18. */

#include "entry/vsyscall.h"

#include "kernel/kernel.h"
#include "mm/mm.h"
#include "proc/process.h"

/* In the kernel's part of the address space, which all share; ring 3 may read and execute it. */
void vsyscall_place(uint32_t frame)
{
    if (page_map(kernel_page_directory, VSYSCALL_ADDR, frame, PAGE_USER) != 0) {
        panic("no memory to map the vsyscall page");
    }
}

int vsyscall_map(struct process *process)
{
    process->sysinfo = VSYSCALL_ADDR;
    return 0;
}
