/* sys/memory.c: system calls about the caller's memory (Linux mm/mmap.c, mm/mremap.c). */

#include "entry/vsyscall.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"
#include "sys/calls.h"
#include "sys/map.h"

/* A range of whole pages that a program may have; `*end` is where it ends. */
static int range_ok(uint32_t start, uint32_t size, uint32_t *end)
{
    *end = start + page_up(size);
    return start % PAGE_SIZE == 0 && size <= USER_TOP - PAGE_SIZE && page_up(size) <= USER_TOP &&
           start <= USER_TOP - page_up(size);
}

/* More than the machine has could only end in a kill when it is used. */
static int too_much(uint32_t size)
{
    return size / PAGE_SIZE > frames_total;
}

/* The new end of the heap, or the old one if that is not possible: brk() has no error. */
long sys_brk(uint32_t wanted)
{
    struct space *space = current_process()->space;
    uint32_t old_end = page_up(space->brk), new_end = page_up(wanted);

    if (wanted < space->brk_start || wanted > MMAP_TOP) {
        return (long)space->brk;
    }
    if (new_end > old_end) {
        const struct area *above = area_find(space, old_end);
        const struct area area = {
            .start = old_end, .end = new_end, .flags = PROT_READ | PROT_WRITE};
        if ((above && above->start < new_end) || too_much(new_end - old_end) ||
            area_add(space, &area) != 0) {
            return (long)space->brk;
        }
    } else if (new_end < old_end && space_unmap(space, new_end, old_end) != 0) {
        return (long)space->brk;
    }
    space->brk = wanted;
    return (long)wanted;
}

/* Where a mapping goes: exactly there, or where there is room, there if possible. */
static long place(struct space *space, uint32_t wanted, uint32_t size, int flags)
{
    uint32_t end;

    if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
        const struct area *there = area_find(space, wanted);
        if (!range_ok(wanted, size, &end)) {
            return wanted % PAGE_SIZE ? -EINVAL : -ENOMEM;
        }
        if (wanted < USER_LOWEST_ADDR) {
            return -EPERM; /* a NULL pointer faults, whatever a program does */
        }
        int is_taken = (flags & MAP_FIXED_NOREPLACE) && there && there->start < end;
        int error = is_taken ? -EEXIST : space_unmap(space, wanted, end);
        return error ? error : (long)wanted;
    }
    wanted = page_down(wanted);
    if (wanted >= USER_LOWEST_ADDR && range_ok(wanted, size, &end)) {
        const struct area *there = area_find(space, wanted);
        if (!there || there->start >= end) {
            return (long)wanted;
        }
    }
    uint32_t hole = space_hole(space, page_up(size));
    return hole ? (long)hole : -ENOMEM;
}

/* An address may look like an error: only the last page of all has those numbers. */
static int is_error(long result)
{
    return (uint32_t)result > (uint32_t)-PAGE_SIZE;
}

long map_area(uint32_t wanted, uint32_t size, int flags, struct area *area)
{
    struct space *space = current_process()->space;

    int is_counted = (area->flags & PROT_WRITE) && !area->inode && !(flags & MAP_NORESERVE);

    if (size > USER_TOP || (is_counted && too_much(size))) {
        return -ENOMEM;
    }
    long start = place(space, wanted, size, flags);
    if (is_error(start)) {
        return start;
    }
    area->start = (uint32_t)start;
    area->end = area->start + page_up(size);
    int error = area_add(space, area);
    return error ? error : start;
}

long sys_munmap(uint32_t start, uint32_t size)
{
    uint32_t end;

    if (size == 0 || !range_ok(start, size, &end)) {
        return -EINVAL;
    }
    return space_unmap(current_process()->space, start, end);
}

long sys_mprotect(uint32_t start, uint32_t size, int protection)
{
    uint32_t end;

    if (start % PAGE_SIZE) {
        return -EINVAL;
    }
    if (size == 0) {
        return 0;
    }
    if (!range_ok(start, size, &end)) {
        return -ENOMEM;
    }
    if ((uint32_t)protection & ~(uint32_t)AREA_PROTECTION) {
        return -EINVAL;
    }
    return space_protect(current_process()->space, start, end, (uint32_t)protection);
}

/* Larger where it is, if there is room. */
static int grow_in_place(struct space *space, struct area *area, uint32_t end, uint32_t new_end)
{
    const struct area *above = area_find(space, end); /* itself, if it ends behind that */

    if (new_end > USER_TOP || (above && above->start < new_end)) {
        return 0;
    }
    area_resize(space, area, area->start, new_end);
    return 1;
}

/* Is the page among them by which programs call? Then this call comes back where it is now. */
static void vsyscall_moved(struct space *space, uint32_t start, uint32_t size, uint32_t to)
{
    struct pt_regs *regs = process_regs(current_process());

    if (space->sysinfo - start < size) {
        space->sysinfo += to - start;
        vsyscall_use(current_process());
        regs->eip += regs->eip - start < size ? to - start : 0;
    }
}

/* The pages themselves move; nothing is copied. What may need memory comes first: if there is none,
 * nothing has changed. */
static long move(struct space *space, uint32_t start, uint32_t size, uint32_t to, uint32_t new_size)
{
    struct area target = *area_find(space, start);

    target.file_page += (start - target.start) / PAGE_SIZE;
    target.start = to;
    target.end = to + new_size;
    if (space_split(space, start, start + size) != 0 || pages_move(space, start, to, size) != 0) {
        return -ENOMEM;
    }
    if (area_add(space, &target) != 0) {
        pages_move(space, to, start, size);
        return -ENOMEM;
    }
    space_unmap(space, start, start + size);
    vsyscall_moved(space, start, size, to);
    return (long)to;
}

/* What is shared can be had once more: of size 0, all of it stays where it is, too. */
long sys_mremap(uint32_t start, uint32_t size, uint32_t new_size, int flags, uint32_t wanted)
{
    struct space *space = current_process()->space;
    struct area *area = area_find(space, start);
    int is_fixed = flags & MREMAP_FIXED;
    uint32_t end, new_end;

    new_size = page_up(new_size);
    if (start % PAGE_SIZE || new_size == 0 || (flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED)) ||
        flags == MREMAP_FIXED ||
        (is_fixed && wanted < start + page_up(size + !size) && start < wanted + new_size)) {
        return -EINVAL;
    }
    if (!range_ok(start, size, &end) || !area || area->start > start || area->end < end) {
        return -EFAULT;
    }
    if (size == 0 && (area->flags & AREA_SHARED) == 0) {
        return -EINVAL;
    }
    if (!range_ok(start, new_size, &new_end) ||
        ((area->flags & PROT_WRITE) && too_much(new_size))) {
        return -ENOMEM;
    }
    if (new_end < end && space_unmap(space, new_end, end) != 0) {
        return -ENOMEM;
    }
    end = lower(end, new_end);
    if (!is_fixed && (new_end == end || grow_in_place(space, area, end, new_end))) {
        return (long)start;
    }
    long to = flags & MREMAP_MAYMOVE
                  ? place(space, is_fixed ? wanted : 0, new_size, is_fixed ? MAP_FIXED : 0)
                  : -ENOMEM;
    return is_error(to) ? to : move(space, start, end - start, (uint32_t)to, new_size);
}
