/* mm/smap_fault.c: a page fault that no page will mend. */

#include "include/constants.h"
#include "kernel/kernel.h"

/* A page that is there was touched as by ring 0, without AC. To bring it once more would lead to
 * the same fault, for ever. */
static int is_not_allowed(const struct pt_regs *regs)
{
    return (regs->orig_eax & (PAGE_FAULT_PROTECTION | PAGE_FAULT_USER)) == PAGE_FAULT_PROTECTION &&
           (regs->eflags & EFLAGS_AC) == 0;
}

void smap_fault(struct pt_regs *regs, uint32_t vector)
{
    if (is_not_allowed(regs)) {
        page_fault(regs, vector);
    } else {
        memory_fault(regs, vector);
    }
}
