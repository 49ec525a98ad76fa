/* sys/memory.c: system calls about the caller's memory (Linux mm/mmap.c, mm/mremap.c). */

#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"
#include "sys/calls.h"
#include "sys/map.h"

static struct space *current_space(void)
{
    return current_process()->space;
}

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
    struct space *space = current_space();
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
    struct space *space = current_space();

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
    return space_unmap(current_space(), start, end);
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
    return space_protect(current_space(), start, end, (uint32_t)protection);
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

/* The pages themselves move; nothing is copied. What may need memory comes first: if there is none,
 * nothing has changed. */
static long move(struct space *space, struct area *area, uint32_t start, uint32_t size,
                 uint32_t new_size)
{
    struct area target = *area;

    target.offset += start - area->start;
    target.start = space_hole(space, new_size);
    target.end = target.start + new_size;
    if (target.start == 0 || space_split(space, start, start + size) != 0 ||
        pages_move(space, start, target.start, size) != 0) {
        return -ENOMEM;
    }
    if (area_add(space, &target) != 0) {
        pages_move(space, target.start, start, size);
        return -ENOMEM;
    }
    space_unmap(space, start, start + size);
    return (long)target.start;
}

long sys_mremap(uint32_t start, uint32_t size, uint32_t new_size, int flags, uint32_t wanted)
{
    struct space *space = current_space();
    struct area *area = area_find(space, start);
    uint32_t end, new_end;

    (void)wanted;
    if (start % PAGE_SIZE || size == 0 || new_size == 0 || (flags & ~MREMAP_MAYMOVE)) {
        return -EINVAL;
    }
    if (!range_ok(start, size, &end) || !area || area->start > start || area->end < end) {
        return -EFAULT;
    }
    if (!range_ok(start, new_size, &new_end) ||
        ((area->flags & PROT_WRITE) && too_much(new_size))) {
        return -ENOMEM;
    }
    if (new_end <= end) {
        int error = new_end < end ? space_unmap(space, new_end, end) : 0;
        return error ? error : (long)start;
    }
    if (grow_in_place(space, area, end, new_end)) {
        return (long)start;
    }
    return flags & MREMAP_MAYMOVE ? move(space, area, start, end - start, page_up(new_size))
                                  : -ENOMEM;
}
