/* proc/segments.c: segment registers that a program hands over in a signal frame. */

#include "proc/segments.h"

#include "proc/process.h"

#define RPL 3u
#define DESCRIPTOR_USABLE 0xf0u /* present, DPL 3, code or data */

/* The access byte of the descriptor that a selector of ring 3 names; 0 if there is none. */
static uint32_t access_of(uint32_t selector)
{
    uint32_t index = (selector & 0xffff) / 8;

    if ((selector & 7) != RPL || index >= GDT_ENTRIES) {
        return 0; /* in the LDT, which is none, or for another ring */
    }
    uint32_t access = (uint32_t)(this_cpu()->gdt[index] >> 40) & 0xff;
    return (access & DESCRIPTOR_USABLE) == DESCRIPTOR_USABLE ? access : 0;
}

static uint32_t usable(uint32_t selector)
{
    return access_of(selector | RPL) ? (selector & 0xffff) | RPL : 0;
}

void segments_restore(struct pt_regs *regs, const struct sigcontext *context)
{
    regs->cs = (context->cs & 0xffff) | RPL; /* with a bad one IRET fails: see return_failed() */
    regs->ss = (context->ss & 0xffff) | RPL;
    regs->ds = usable(context->ds);
    regs->es = usable(context->es);
    regs->fs = usable(context->fs);
    regs->gs = usable(context->gs);
    segment_load_fs(regs->fs);
    segment_load_gs(regs->gs);
}
