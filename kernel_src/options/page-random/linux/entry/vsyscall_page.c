/* entry/vsyscall_page.c: the vDSO at an address of its own in each program.
 *
 * Known code at a known address is a gift to whoever found a way to make a program jump. Since the
 * address is passed as AT_SYSINFO and AT_SYSINFO_EHDR, it need not be known.
 */

#include "entry/vsyscall.h"

#include "dev/clock.h"
#include "lib/random.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"

extern const char vsyscall_sysenter[], vsyscall_sysenter_return[];

static uint32_t vdso_frame;

void vsyscall_place(uint32_t frame)
{
    vdso_frame = frame;
}

/* The kernel keeps the frame, whatever the program does with its page: one that makes it writable
 * gets a copy when it writes. */
static int map(struct space *space, uint32_t page, uint32_t frame, uint32_t protection)
{
    const struct area area = {.start = page, .end = page + PAGE_SIZE, .flags = protection};
    uint32_t *entry = area_add(space, &area) == 0 ? space_entry(space, page, 1) : NULL;

    if (!entry || frame_share(frame) != 0) {
        return -ENOMEM;
    }
    *entry = frame | PAGE_PRESENT | PAGE_USER;
    return 0;
}

int vsyscall_map(struct space *space)
{
    uint32_t page = VSYSCALL_RANDOM_BASE + random_u32() % VSYSCALL_RANDOM_PAGES * PAGE_SIZE;
    const struct area *there = area_find(space, page);
    if (there && there->start < page + 2 * PAGE_SIZE) { /* a large program */
        page = space_hole(space, 2 * PAGE_SIZE);
    }
    int error = page ? map(space, page, clock_frame(), PROT_READ) : -ENOMEM;

    space->sysinfo = page + PAGE_SIZE + VDSO_STUB;
    return error ? error : map(space, page + PAGE_SIZE, vdso_frame, PROT_READ | PROT_EXEC);
}

void vsyscall_use(struct process *process)
{
    process->sysenter_return =
        process->space->sysinfo + (uint32_t)(vsyscall_sysenter_return - vsyscall_sysenter);
}
