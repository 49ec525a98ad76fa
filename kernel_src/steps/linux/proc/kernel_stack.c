/* proc/kernel_stack.c: a kernel stack for each process, with a page below it that is never mapped.
 *
 * A stack that overflows runs into that page. The CPU then cannot push the frame of the page fault
 * either, which makes it a double fault: see kernel/double_fault.c.
 */

#include "include/lock.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "proc/kernel_stack.h"
#include "proc/process.h"

static struct lock lock;
static uint32_t next_slot;          /* those from here on have never been used */
static struct process *free_stacks; /* freed ones stay mapped and are used again first */
uint32_t kernel_stacks_free;

static struct process *fresh_stack(void)
{
    uint32_t base = KERNEL_STACKS_BASE + next_slot * (PAGE_SIZE + KERNEL_STACK_SIZE) + PAGE_SIZE;
    uint32_t frame = next_slot < KERNEL_STACK_SLOTS ? frame_alloc() : 0;

    if (frame == 0) {
        return NULL;
    }
    next_slot++;
    *page_entry(kernel_page_directory, base) = frame | PAGE_PRESENT | PAGE_WRITE;
    return (struct process *)(base + KERNEL_STACK_SIZE) - 1;
}

struct process *kernel_stack_alloc(void)
{
    lock_acquire(&lock);
    struct process *process = free_stacks;
    if (process) {
        free_stacks = process->next;
        kernel_stacks_free--;
    } else {
        process = fresh_stack();
    }
    lock_release(&lock);
    if (process) {
        memset(process, 0, sizeof *process);
    }
    return process;
}

void kernel_stack_free(struct process *process)
{
    lock_acquire(&lock);
    process->next = free_stacks;
    free_stacks = process;
    kernel_stacks_free++;
    lock_release(&lock);
}
