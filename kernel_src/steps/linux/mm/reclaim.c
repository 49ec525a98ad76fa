/* mm/reclaim.c: memory when none is left: that of the process which has most of it.
 *
 * Programs are promised more pages than there may be, and a page fault has nobody to whom it could
 * say -ENOMEM: somebody has to end. Were it the one whose fault comes next, a program that takes
 * all there is would take the others with it. Process 1 is never the one.
 */

#include "cpu/tlb.h"
#include "kernel/init.h"
#include "kernel/kernel.h"
#include "mm/space.h"
#include "proc/process.h"
#include "proc/signals.h"

/* A child that fork() has not finished has no group yet, and shares its pages. */
static int may_end(const struct process *process)
{
    const struct process *init = init_protected();

    return process->space && process->group && (!init || process->space != init->space);
}

static struct space *largest(void)
{
    struct space *found = NULL;
    uint32_t most = 0;

    for (struct process *p = process_next(NULL); p; p = process_next(p)) {
        uint32_t pages = may_end(p) ? pages_count(p->space) : 0;
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
        if (current_process()->group->leader == init_protected()) {
            panic("out of memory, and no process is left to end");
        }
        return 0;
    }
    for (struct process *p = process_next(NULL); p; p = process_next(p)) {
        if (p->space == space && p->group) {
            signal_send(p, SIGKILL);
        }
    }
    pages_forbid(space, 0, USER_TOP, PAGE_PRESENT);
    tlb_flush(space);
    pages_free(space, 0, USER_TOP);
    return 1;
}
