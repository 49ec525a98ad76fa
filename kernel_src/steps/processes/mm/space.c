/* mm/space.c: whole address spaces: made, copied, freed. */

#include "mm/space.h"

#include "cpu/tlb.h"
#include "fs/inode.h"
#include "mm/mm.h"

struct space *space_create(void)
{
    struct space *space = memory_alloc(sizeof *space);

    if (!space) {
        return NULL;
    }
    space->directory = address_space_create();
    if (!space->directory) {
        memory_free(space);
        return NULL;
    }
    space->users = 1;
    return space;
}

static int areas_copy(struct space *to, struct space *from)
{
    struct area **link = &to->areas;

    for (const struct area *area = from->areas; area; area = area->next) {
        struct area *copy = memory_alloc(sizeof *copy);
        if (!copy) {
            return -ENOMEM;
        }
        *copy = *area;
        copy->next = NULL;
        if (copy->inode) {
            inode_get(copy->inode);
        }
        *link = copy;
        link = &copy->next;
        if (pages_copy(to, from, area) != 0) {
            return -ENOMEM;
        }
    }
    return 0;
}

struct space *space_copy(struct space *space)
{
    struct space *copy = space_create();

    if (!copy) {
        return NULL;
    }
    copy->brk_start = space->brk_start;
    copy->brk = space->brk;
    copy->sysinfo = space->sysinfo;
    int error = areas_copy(copy, space);
    tlb_flush(space); /* its pages have become read-only */
    if (error) {
        space_put(copy);
        return NULL;
    }
    return copy;
}

/* No page is left in them. To look at every entry of the directory would take most of an exit. */
static void tables_free(struct space *space)
{
    for (uint32_t i = 0; i < sizeof space->tables / sizeof space->tables[0]; i++) {
        for (uint32_t bits = space->tables[i]; bits != 0; bits &= bits - 1) {
            uint32_t index = i * 32 + (uint32_t)__builtin_ctz(bits);
            frame_free(page_down(space->directory[index]));
        }
    }
}

void space_put(struct space *space)
{
    if (--space->users != 0) {
        return;
    }
    while (space->areas) {
        struct area *area = space->areas;
        space->areas = area->next;
        pages_free(space, area->start, area->end);
        if (area->inode) {
            inode_put(area->inode);
        }
        memory_free(area);
    }
    tables_free(space);
    frame_free(virt_to_phys(space->directory));
    memory_free(space);
}
