/* mm/fault.c: a page that is promised but not there yet, or shared and about to be written.
 *
 * The CPU repeats the instruction that faulted (SDM 3A 6.5), so it is enough to put the page there:
 * the program never knows. The kernel's own copying from and to a program's memory arrives here in
 * the same way.
 */

#include "cpu/cpuid.h"
#include "cpu/tlb.h"
#include "fs/inode.h"
#include "include/x86.h"
#include "kernel/kernel.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"

#define STACK_GAP (256 * PAGE_SIZE) /* kept free below a stack that grows, as Linux does */

/* May the stack above `address` grow down to it? */
static int grow_down(struct space *space, struct area *stack, uint32_t address)
{
    uint32_t start = page_down(address);

    if ((stack->flags & AREA_GROWS_DOWN) == 0 || start < USER_STACK_LOWEST ||
        area_find(space, start - STACK_GAP) != stack) {
        return 0;
    }
    area_resize(space, stack, start, stack->end);
    return 1;
}

/* A private copy of a page in place of the shared one. */
static int page_own(struct space *space, uint32_t *entry)
{
    uint32_t frame = *entry & ENTRY_FRAME;
    uint32_t copy = frame_take();

    if (copy == 0) {
        return -ENOMEM;
    }
    memcpy(phys_to_virt(copy), phys_to_virt(frame), PAGE_SIZE);
    frame_put(frame);
    *entry = copy | (*entry & ~ENTRY_FRAME) | PAGE_WRITE;
    tlb_flush(space);
    return 0;
}

/* The page's first use. Returns the frame, or -errno: no frame has an address that high. */
static long page_first(const struct area *area, uint32_t page)
{
    if (area->inode) {
        return inode_page(area->inode, area->file_page + (page - area->start) / PAGE_SIZE);
    }
    uint32_t frame = frame_alloc();
    return frame ? (long)frame : -ENOMEM;
}

int space_fault(struct space *space, uint32_t address, int write)
{
    struct area *area = area_find(space, address);
    uint32_t page = page_down(address);

    if (!area || (address < area->start && !grow_down(space, area, address)) ||
        (area->flags & (write ? PROT_WRITE : AREA_PROTECTION)) == 0) {
        return -EFAULT;
    }
    uint32_t *entry = space_entry(space, page, 1);
    if (!entry) {
        return -ENOMEM;
    }
    if (*entry == 0) {
        long frame = page_first(area, page);
        if (frame < 0) {
            return (int)frame;
        }
        *entry = (uint32_t)frame | PAGE_USER;
    }
    *entry |= PAGE_PRESENT;
    if ((area->flags & PROT_WRITE) == 0 || (*entry & PAGE_WRITE)) {
        return 0;
    }
    if (area->flags & AREA_SHARED || !frame_is_shared(*entry & ENTRY_FRAME)) {
        *entry |= PAGE_WRITE; /* where the old entry is still remembered, it faults once more */
        page_forget(page);
        return 0;
    }
    return write ? page_own(space, entry) : 0;
}

void memory_fault(struct pt_regs *regs, uint32_t vector)
{
    struct process *process = current_process();
    uint32_t address = cr2_read();
    int write = (regs->orig_eax & PAGE_FAULT_WRITE) != 0;
    /* The kernel went where it must not: with the page there, the same would happen again. */
    int is_stray =
        cpu_features.smap && !(regs->orig_eax & PAGE_FAULT_USER) && !(regs->eflags & EFLAGS_AC);

    if (address < USER_TOP && process->space && !is_stray) {
        int error = space_fault(process->space, address, write);
        while (error == -ENOMEM && !is_dying(process) && memory_reclaim()) {
            error = space_fault(process->space, address, write);
        }
        if (error == 0) {
            return;
        }
        if (error == -ENOMEM) {
            signal_send(process, SIGKILL); /* nothing else is left */
            if ((regs->cs & 3) == 3) {
                return;
            }
        }
    }
    page_fault(regs, vector);
}

/* Page by page, by the kernel's own addresses; each is brought if need be. */
static int transfer(struct space *space, uint32_t address, uint8_t *data, size_t size, int write)
{
    while (size != 0) {
        size_t part = lower(size, PAGE_SIZE - address % PAGE_SIZE);
        int error = space_fault(space, address, write);
        if (error) {
            return error;
        }
        uint32_t physical = page_down(*space_entry(space, address, 0)) + address % PAGE_SIZE;
        uint8_t *there = phys_to_virt(physical);
        memcpy(write ? there : data, write ? data : there, part);
        address += part;
        data += part;
        size -= part;
    }
    return 0;
}

int space_write(struct space *space, uint32_t address, const void *data, size_t size)
{
    return transfer(space, address, (uint8_t *)data, size, 1);
}

int space_read(struct space *space, void *data, uint32_t address, size_t size)
{
    return transfer(space, address, data, size, 0);
}
