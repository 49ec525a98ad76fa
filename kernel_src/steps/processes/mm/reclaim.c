/* mm/reclaim.c: memory when none is left: that of the process which has most of it.
 *
 * Programs are promised more pages than there may be, and a page fault has nobody to whom it could
 * say -ENOMEM: somebody has to end. Were it the one whose fault comes next, a program that takes
 * all there is would take the others with it.
 */

#include "cpu/tlb.h"
#include "mm/space.h"
#include "proc/process.h"

static struct space *largest(void)
{
    struct space *found = NULL;
    uint32_t most = 0;

    for (struct process *p = process_next(NULL); p; p = process_next(p)) {
        uint32_t pages = p->space ? pages_count(p->space) : 0;
        if (pages > most) {
            most = pages;
            found = p->space;
        }
    }
    return found;
}

/* It ends on its way to ring 3, perhaps much later: its pages go now. */
int memory_reclaim(void)
{
    struct space *space = largest();

    if (!space) {
        return 0;
    }
    for (struct process *p = process_next(NULL); p; p = process_next(p)) {
        if (p->space == space) {
            signal_send(p, SIGKILL);
        }
    }
    pages_forbid(space, 0, USER_TOP, PAGE_PRESENT);
    tlb_flush(space);
    pages_free(space, 0, USER_TOP);
    return 1;
}
