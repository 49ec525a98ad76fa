/* entry/vsyscall_page.c: the vsyscall page at an address of its own in each process.
 *
 * Known code at a known address is a gift to whoever found a way to make a program jump. Since the
 * address is passed as AT_SYSINFO, it need not be known.
 */

#include "entry/vsyscall.h"

#include "lib/random.h"
#include "mm/mm.h"
#include "proc/process.h"

extern const char vsyscall_sysenter[], vsyscall_sysenter_return[];

static uint32_t page_frame;

void vsyscall_place(uint32_t frame)
{
    page_frame = frame;
}

int vsyscall_map(struct process *process)
{
    uint32_t page = VSYSCALL_RANDOM_BASE + random_u32() % VSYSCALL_RANDOM_PAGES * PAGE_SIZE;

    process->sysinfo = page;
    process->sysenter_return = page + (uint32_t)(vsyscall_sysenter_return - vsyscall_sysenter);
    /* Shared: the frame stays when the process ends. */
    return page_map(process->page_directory, page, page_frame, PAGE_USER | PAGE_SHARED);
}
