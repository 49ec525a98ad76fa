/* mm/area.c: the ranges of addresses that a process was promised, in a skip list by address. */

#include "mm/space.h"

#include "cpu/tlb.h"
#include "fs/inode.h"
#include "lib/lib.h"
#include "lib/random.h"

/* Of each level the last one that ends at or below `address`: in the next ones it is linked. */
static void path_find(const struct space *space, uint32_t address, struct area *path[])
{
    struct area *at = (struct area *)&space->areas.before;

    for (int level = AREA_LEVELS - 1; level >= 0; level--) {
        while (at->next[level] && at->next[level]->end <= address) {
            at = at->next[level];
        }
        path[level] = at;
    }
}

struct area *area_find(const struct space *space, uint32_t address)
{
    struct area *path[AREA_LEVELS];

    path_find(space, address, path);
    return path[0]->next[0];
}

/* Where a hole below an area ends that mmap() may use. */
static uint32_t hole_end(const struct area *above)
{
    return above ? lower(above->start, MMAP_TOP) : MMAP_TOP;
}

/* The hole at `address` is another than it was. */
static void hole_note(struct space *space, uint32_t address)
{
    struct area *path[AREA_LEVELS];

    path_find(space, address, path);
    uint32_t start = path[0]->end ? path[0]->end : USER_LOWEST_ADDR;
    uint32_t end = hole_end(path[0]->next[0]);
    path[0]->hole[0] = start < end ? end - start : 0;
    for (int level = 1; level < AREA_LEVELS; level++) {
        struct area *area = path[level];
        uint32_t largest = 0;
        for (; area != path[level]->next[level]; area = area->next[level - 1]) {
            largest = area->hole[level - 1] > largest ? area->hole[level - 1] : largest;
        }
        path[level]->hole[level] = largest;
    }
}

void area_resize(struct space *space, struct area *area, uint32_t start, uint32_t end)
{
    area->start = start;
    area->end = end;
    hole_note(space, start);
    hole_note(space, end);
}

static int insert(struct space *space, const struct area *wanted)
{
    struct area *path[AREA_LEVELS];
    struct area *area = memory_alloc(sizeof *area);
    uint32_t chance = random_u32() | 1u << 3 * (AREA_LEVELS - 1);

    if (!area) {
        return -ENOMEM;
    }
    *area = *wanted;
    if (area->inode) {
        inode_get(area->inode);
    }
    path_find(space, area->start, path);
    for (int level = __builtin_ctz(chance) / 3; level >= 0; level--) {
        area->next[level] = path[level]->next[level];
        path[level]->next[level] = area;
    }
    area_resize(space, area, area->start, area->end);
    return 0;
}

/* The first one behind a path. */
static void remove(struct area *path[])
{
    struct area *area = path[0]->next[0];

    for (int level = 0; level < AREA_LEVELS && path[level]->next[level] == area; level++) {
        path[level]->next[level] = area->next[level];
    }
    if (area->inode) {
        inode_put(area->inode);
    }
    memory_free(area);
}

/* Could one area be the continuation of the other? */
static int can_join(const struct area *low, const struct area *high)
{
    return high && low->end == high->start && low->flags == high->flags && !low->inode &&
           !high->inode;
}

/* A list must not grow with each page that a program asks for. */
int area_add(struct space *space, const struct area *wanted)
{
    struct area *path[AREA_LEVELS];

    path_find(space, wanted->start, path);
    struct area *low = path[0], *high = low->next[0];
    uint32_t end = wanted->end;
    if (can_join(low, wanted)) {
        if (can_join(wanted, high)) {
            end = high->end;
            remove(path);
        }
        area_resize(space, low, low->start, end);
        return 0;
    }
    if (can_join(wanted, high)) {
        area_resize(space, high, wanted->start, high->end);
        return 0;
    }
    return insert(space, wanted);
}

/* Cut the area around `address` in two, if that lies inside one. */
static int split(struct space *space, uint32_t address)
{
    struct area *low = area_find(space, address);

    if (!low || low->start >= address) {
        return 0;
    }
    struct area high = *low;
    high.start = address;
    high.file_page += (address - low->start) / PAGE_SIZE;
    low->end = address;
    int error = insert(space, &high);
    low->end = error ? high.end : address;
    return error;
}

int space_split(struct space *space, uint32_t start, uint32_t end)
{
    return split(space, start) != 0 || split(space, end) != 0 ? -ENOMEM : 0;
}

void areas_free(struct space *space, uint32_t start, uint32_t end)
{
    struct area *path[AREA_LEVELS];
    const struct area *area;

    path_find(space, start, path);
    while ((area = path[0]->next[0]) && area->start < end) {
        pages_free(space, area->start, area->end);
        remove(path);
    }
    hole_note(space, start);
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
    for (const struct area *area = area_find(space, start); start < *end; area = area->next[0]) {
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
        area = area->next[0];
    }
    tlb_flush(space);
    return error;
}

uint32_t space_hole(const struct space *space, uint32_t size)
{
    const struct area *found = &space->areas.before, *end = NULL;

    for (int level = AREA_LEVELS - 1; level >= 0; level--) {
        const struct area *area = found;
        for (found = NULL; area != end; area = area->next[level]) {
            found = area->hole[level] >= size ? area : found;
        }
        if (!found) {
            return 0;
        }
        end = found->next[level];
    }
    return hole_end(end) - size;
}
