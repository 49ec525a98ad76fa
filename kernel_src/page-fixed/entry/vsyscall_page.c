/* entry/vsyscall_page.c: the vsyscall page at the same address in every process, as in Linux up to
 * 2.6.18. */

#include "entry/vsyscall_page.h"

#include "entry/vsyscall.h"
#include "kernel/panic.h"
#include "mm/paging.h"
#include "proc/process.h"

/* In the kernel's part of the address space, which all processes share; but for ring 3 to read and
 * execute. */
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
