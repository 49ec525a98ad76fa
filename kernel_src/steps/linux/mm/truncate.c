/* mm/truncate.c: pages that a file no longer has go from wherever they are mapped.
 *
 * As in Linux: who touches one then gets SIGBUS.
 */

#include "cpu/tlb.h"
#include "fs/inode.h"
#include "mm/space.h"
#include "proc/process.h"

static void area_cut(struct space *space, const struct area *area, uint32_t page)
{
    uint32_t pages = page > area->file_page ? page - area->file_page : 0;
    uint32_t start = area->start + pages * PAGE_SIZE;

    if (pages < (area->end - area->start) / PAGE_SIZE) {
        pages_forbid(space, start, area->end, PAGE_PRESENT);
        tlb_flush(space);
        pages_free(space, start, area->end);
    }
}

void mappings_cut(const struct inode *inode, uint32_t page)
{
    for (struct process *p = process_next(NULL); p; p = process_next(p)) {
        const struct area *area = p->space ? area_find(p->space, 0) : NULL;
        for (; area; area = area->next[0]) {
            if (area->inode == inode) {
                area_cut(p->space, area, page);
            }
        }
    }
}
