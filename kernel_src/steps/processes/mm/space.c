/* mm/space.c: whole address spaces: made, copied, freed. */

#include "mm/space.h"

#include "cpu/tlb.h"
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
    const struct area *area = area_find(from, 0);

    for (; area; area = area_find(from, area->end)) {
        if (area_add(to, area) != 0 || pages_copy(to, from, area) != 0) {
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
    areas_free(space, 0, USER_TOP);
    tables_free(space);
    frame_free(virt_to_phys(space->directory));
    memory_free(space);
}
