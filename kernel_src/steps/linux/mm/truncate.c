/* mm/truncate.c: pages that a file no longer has go from wherever they are mapped.
 *
 * As in Linux: who touches one then gets SIGBUS.
 */

#include "cpu/tlb.h"
#include "fs/inode.h"
#include "mm/space.h"
#include "proc/process.h"

static void area_cut(struct space *space, const struct area *area, uint32_t offset)
{
    uint32_t start = area->start + (offset > area->offset ? offset - area->offset : 0);

    if (start >= area->start && start < area->end) {
        pages_hide(space, start, area->end);
        tlb_flush(space);
        pages_free(space, start, area->end);
    }
}

void mappings_cut(const struct inode *inode, uint32_t offset)
{
    for (struct process *p = process_next(NULL); p; p = process_next(p)) {
        const struct area *area = p->space ? area_find(p->space, 0) : NULL;
        for (; area; area = area->next[0]) {
            if (area->inode == inode) {
                area_cut(p->space, area, offset);
            }
        }
    }
}
