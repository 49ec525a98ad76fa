/* mm/area.c: the ranges of addresses that a process was promised, in a list by address. */

#include "mm/space.h"

#include "cpu/tlb.h"
#include "fs/inode.h"
#include "mm/mm.h"

struct area *area_find(const struct space *space, uint32_t address)
{
    struct area *area = space->areas.first;

    while (area && area->end <= address) {
        area = area->next;
    }
    return area;
}

/* Could one area be the continuation of the other? */
static int can_join(const struct area *low, const struct area *high)
{
    return low->end == high->start && low->flags == high->flags && !low->inode && !high->inode;
}

/* Make one of an area and its successor, if that is possible: a list must not grow with each page
 * that a program asks for. */
static void join(struct area *area)
{
    struct area *next = area->next;

    if (next && can_join(area, next)) {
        area->end = next->end;
        area->next = next->next;
        memory_free(next);
    }
}

int area_add(struct space *space, const struct area *wanted)
{
    struct area **link = &space->areas.first;
    struct area *before = NULL;

    while (*link && (*link)->end <= wanted->start) {
        before = *link;
        link = &before->next;
    }
    struct area *area = memory_alloc(sizeof *area);
    if (!area) {
        return -ENOMEM;
    }
    *area = *wanted;
    area->next = *link;
    if (area->inode) {
        inode_get(area->inode);
    }
    *link = area;
    join(area);
    if (before) {
        join(before);
    }
    return 0;
}

/* Cut the area around `address` in two, if that lies inside one. */
static int split(struct space *space, uint32_t address)
{
    struct area *low = area_find(space, address);

    if (!low || low->start >= address) {
        return 0;
    }
    struct area *high = memory_alloc(sizeof *high);
    if (!high) {
        return -ENOMEM;
    }
    *high = *low;
    high->start = address;
    high->file_page += (address - low->start) / PAGE_SIZE;
    if (high->inode) {
        inode_get(high->inode);
    }
    low->end = address;
    low->next = high;
    return 0;
}

int space_split(struct space *space, uint32_t start, uint32_t end)
{
    return split(space, start) != 0 || split(space, end) != 0 ? -ENOMEM : 0;
}

void area_resize(struct space *space, struct area *area, uint32_t start, uint32_t end)
{
    (void)space;
    area->start = start;
    area->end = end;
}

void areas_free(struct space *space, uint32_t start, uint32_t end)
{
    struct area **link = &space->areas.first;
    while (*link && (*link)->end <= start) {
        link = &(*link)->next;
    }
    while (*link && (*link)->start < end) {
        struct area *area = *link;
        *link = area->next;
        pages_free(space, area->start, area->end);
        if (area->inode) {
            inode_put(area->inode);
        }
        memory_free(area);
    }
}

int space_unmap(struct space *space, uint32_t start, uint32_t end)
{
    if (space_split(space, start, end) != 0) {
        return -ENOMEM;
    }
    pages_forbid(space, start, end, PAGE_PRESENT);
    tlb_flush(space);
    areas_free(space, start, end);
    return 0;
}

int space_check(const struct space *space, uint32_t start, uint32_t *end, uint32_t protection)
{
    for (const struct area *area = area_find(space, start); start < *end; area = area->next) {
        if (!area || area->start > start) {
            *end = start;
            return -ENOMEM;
        }
        if ((protection & PROT_WRITE) && (area->flags & AREA_NEVER_WRITE)) {
            *end = start;
            return -EACCES;
        }
        start = area->end;
    }
    return 0;
}

int space_protect(struct space *space, uint32_t start, uint32_t end, uint32_t protection)
{
    int error = space_check(space, start, &end, protection); /* up to there it is done */

    if (start == end) {
        return error;
    }
    if (space_split(space, start, end) != 0) {
        return -ENOMEM;
    }
    struct area *area = area_find(space, start);
    while (area && area->start < end) {
        area->flags = (area->flags & ~(uint32_t)AREA_PROTECTION) | protection;
        pages_protect(space, area);
        area = area->next;
    }
    tlb_flush(space);
    return error;
}

uint32_t space_hole(const struct space *space, uint32_t size)
{
    uint32_t low_end = USER_LOWEST_ADDR; /* end of the area below the hole */
    uint32_t best = 0;

    for (const struct area *area = space->areas.first; size <= MMAP_TOP; area = area->next) {
        uint32_t high = area && area->start < MMAP_TOP ? area->start : MMAP_TOP;
        if (low_end <= high && high - low_end >= size) {
            best = high - size;
        }
        if (!area || area->end >= MMAP_TOP) {
            break;
        }
        low_end = area->end;
    }
    return best;
}
