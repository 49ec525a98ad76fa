/* entry/vsyscall_page.c: the vsyscall page at an address of its own in each program.
 *
 * Known code at a known address is a gift to whoever found a way to make a program jump. Since the
 * address is passed as AT_SYSINFO, it need not be known.
 */

#include "entry/vsyscall.h"

#include "lib/random.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"

extern const char vsyscall_sysenter[], vsyscall_sysenter_return[];

static uint32_t page_frame;

void vsyscall_place(uint32_t frame)
{
    page_frame = frame;
}

/* The kernel keeps the frame, whatever the programs do with theirs. */
int vsyscall_map(struct space *space)
{
    uint32_t page = VSYSCALL_RANDOM_BASE + random_u32() % VSYSCALL_RANDOM_PAGES * PAGE_SIZE;
    const struct area area = {
        .start = page, .end = page + PAGE_SIZE, .flags = PROT_READ | PROT_EXEC};
    uint32_t *entry = area_add(space, &area) == 0 ? space_entry(space, page, 1) : NULL;

    if (!entry || frame_share(page_frame) != 0) {
        return -ENOMEM;
    }
    *entry = page_frame | PAGE_PRESENT | PAGE_USER;
    space->sysinfo = page;
    return 0;
}

void vsyscall_use(struct process *process)
{
    process->sysenter_return =
        process->space->sysinfo + (uint32_t)(vsyscall_sysenter_return - vsyscall_sysenter);
}
