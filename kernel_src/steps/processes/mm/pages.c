/* mm/pages.c: the pages of an address space that are there. */

#include "mm/space.h"

#include "mm/mm.h"

uint32_t *space_entry(struct space *space, uint32_t address, int create)
{
    uint32_t index = address / TABLE_SPAN;
    uint32_t *entry = &space->directory[index];

    if ((*entry & PAGE_PRESENT) == 0) {
        uint32_t frame = create ? frame_alloc() : 0;
        if (frame == 0) {
            return NULL;
        }
        *entry = frame | PAGE_PRESENT | PAGE_WRITE | PAGE_USER;
        space->tables[index / 32] |= 1u << index % 32;
    }
    return (uint32_t *)phys_to_virt(page_down(*entry)) + address / PAGE_SIZE % 1024;
}

/* The next address from `address` on, below `end`, with an entry that is not empty, or `end`. In
 * `*found` is that of the page before, or NULL. Where there is no page table, 4 MiB are skipped at
 * once. */
static inline uint32_t next_page(struct space *space, uint32_t address, uint32_t end,
                                 uint32_t **found)
{
    uint32_t *entry = *found;

    while (address < end) {
        entry = entry && address % TABLE_SPAN ? entry + 1 : space_entry(space, address, 0);
        if (entry && *entry) {
            *found = entry;
            return address;
        }
        address = entry ? address + PAGE_SIZE : (address / TABLE_SPAN + 1) * TABLE_SPAN;
    }
    return end;
}

void pages_forbid(struct space *space, uint32_t start, uint32_t end, uint32_t rights)
{
    uint32_t *entry = NULL;

    for (uint32_t at = start; (at = next_page(space, at, end, &entry)) < end; at += PAGE_SIZE) {
        *entry &= ~rights;
    }
}

uint32_t pages_count(struct space *space)
{
    uint32_t *entry = NULL;
    uint32_t count = 0;

    for (uint32_t at = 0; (at = next_page(space, at, USER_TOP, &entry)) < USER_TOP;
         at += PAGE_SIZE) {
        count++;
    }
    return count;
}

void pages_free(struct space *space, uint32_t start, uint32_t end)
{
    uint32_t *entry = NULL;

    for (uint32_t at = start; (at = next_page(space, at, end, &entry)) < end; at += PAGE_SIZE) {
        frame_put(*entry & ENTRY_FRAME);
        *entry = 0;
    }
}

/* Only takes rights away. What is allowed now and was not before comes with the next page fault. */
void pages_protect(struct space *space, const struct area *area)
{
    uint32_t rights = area->flags & PROT_WRITE ? 0 : PAGE_WRITE;

    if ((area->flags & AREA_PROTECTION) == PROT_NONE) {
        rights |= PAGE_PRESENT;
    }
    pages_forbid(space, area->start, area->end, rights);
}

/* Both sides lose the right to write a private page: who writes first gets a copy. */
int pages_copy(struct space *to, struct space *from, const struct area *area)
{
    uint32_t kept = area->flags & AREA_SHARED ? ~0u : ~(uint32_t)PAGE_WRITE;
    uint32_t end = area->end, table_end = 0;
    uint32_t *entry = NULL, *table = NULL;

    for (uint32_t at = area->start; (at = next_page(from, at, end, &entry)) < end;
         at += PAGE_SIZE) {
        if (at >= table_end) {
            table_end = (at / TABLE_SPAN + 1) * TABLE_SPAN;
            table = space_entry(to, table_end - TABLE_SPAN, 1);
        }
        if (!table || frame_share(*entry & ENTRY_FRAME) != 0) {
            return -ENOMEM;
        }
        table[at / PAGE_SIZE % 1024] = *entry &= kept;
    }
    return 0;
}

int pages_move(struct space *space, uint32_t from, uint32_t to, uint32_t size)
{
    uint32_t end = from + size;
    uint32_t *entry = NULL;

    for (uint32_t at = from; (at = next_page(space, at, end, &entry)) < end; at += PAGE_SIZE) {
        if (!space_entry(space, at - from + to, 1)) {
            return -ENOMEM;
        }
    }
    entry = NULL;
    for (uint32_t at = from; (at = next_page(space, at, end, &entry)) < end; at += PAGE_SIZE) {
        *space_entry(space, at - from + to, 0) = *entry;
        *entry = 0;
    }
    return 0;
}
