/* checks/paging.c: what the page tables allow: looked up in all of the kernel's, and then tried. */

#include "checks/run.h"
#include "checks/user_pages.h"
#include "kernel/checks.h"
#include "lib/ktap.h"
#include "lib/linux_errno.h"
#include "mm/mm.h"
#include "proc/process.h"

#define FIRST_KERNEL_ENTRY (KERNEL_BASE / TABLE_SPAN)

extern char boot_stack_guard[];

/* What was found in one walk through the kernel's half. */
struct findings {
    uint32_t memory;        /* where all of memory must be mapped */
    uint32_t user;          /* of all that are mapped: for ring 3 as well */
    uint32_t writable_text; /* of them: writable, with a frame of the kernel's text or constants */
    uint32_t user_writable; /* of them: ring 3 may even write */
    uint32_t user_address;  /* the last for ring 3 */
    uint32_t stray;         /* of them: no memory behind it, and no device */
    uint32_t tables_inside; /* page tables with a frame that the kernel itself fills */
};

static int is_read_only_frame(uint32_t frame)
{
    return frame >= virt_to_phys(kernel_text_start) / PAGE_SIZE * PAGE_SIZE &&
           frame < virt_to_phys(kernel_rodata_end);
}

static void look_at(uint32_t address, uint32_t entry, struct findings *found)
{
    uint32_t frame = entry & ENTRY_FRAME;

    if ((entry & PAGE_PRESENT) == 0) {
        return;
    }
    found->memory += address - KERNEL_BASE < frames_end;
    found->writable_text += (entry & PAGE_WRITE) && is_read_only_frame(frame);
    found->stray += frame >= frames_end && frame >= TABLE_SPAN && address != LOCAL_APIC_ADDR;
    if (entry & PAGE_USER) {
        found->user++;
        found->user_writable += (entry & PAGE_WRITE) != 0;
        found->user_address = address;
    }
}

static struct findings walk(void)
{
    struct findings found = {0};

    for (uint32_t i = FIRST_KERNEL_ENTRY; i < 1024; i++) {
        uint32_t *table = page_entry(kernel_page_directory, i * TABLE_SPAN);
        uint32_t frame = kernel_page_directory[i] & ENTRY_FRAME;
        found.tables_inside += table && i != FIRST_KERNEL_ENTRY && frame < virt_to_phys(kernel_end);
        for (uint32_t j = 0; table && j < 1024; j++) {
            look_at(i * TABLE_SPAN + j * PAGE_SIZE, table[j], &found);
        }
    }
    return found;
}

static uint32_t lower_half_entries(void)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < FIRST_KERNEL_ENTRY; i++) {
        count += kernel_page_directory[i] != 0;
    }
    return count;
}

/* The lower page of each slot must stay empty. */
static uint32_t guards_mapped(void)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < KERNEL_STACK_SLOTS; i++) {
        uint32_t address = KERNEL_STACKS_BASE + i * (PAGE_SIZE + KERNEL_STACK_SIZE);
        const uint32_t *entry = page_entry(kernel_page_directory, address);
        count += entry && (*entry & PAGE_PRESENT);
    }
    return count;
}

/* The CPU's own opinion: the copy function gives -LINUX_EFAULT where a page fault stopped it. */
static void check_tried(void)
{
    uint8_t byte = 0;
    void *constants_end = (void *)((uint32_t)kernel_rodata_end - sizeof byte);

    ktap_equal("the kernel cannot write to its text",
               (uint32_t)copy_or_fault(kernel_text_start, kernel_text_start, 1),
               (uint32_t)-LINUX_EFAULT);
    ktap_equal("nor to its constants", (uint32_t)copy_or_fault(constants_end, constants_end, 1),
               (uint32_t)-LINUX_EFAULT);
    ktap_equal("nor read at NULL", (uint32_t)copy_or_fault(&byte, NULL, 1),
               (uint32_t)-LINUX_EFAULT);
    ktap_equal("nor where it was at its start",
               (uint32_t)copy_or_fault(&byte, (void *)KERNEL_LOAD_ADDR, 1),
               (uint32_t)-LINUX_EFAULT);
    ktap_equal("nor below the stack it booted on",
               (uint32_t)copy_or_fault(&byte, boot_stack_guard, 1), (uint32_t)-LINUX_EFAULT);
}

int check_paging(void)
{
    struct process *first = check_start("one-call"); /* so that there are kernel stacks */
    struct process *second = check_start("one-call");
    int32_t end = first && second ? check_end(first) & check_end(second) : 0;
    struct findings found = walk();
    const uint32_t *page = page_entry(kernel_page_directory, VSYSCALL_ADDR);
    int fixed = page && (*page & PAGE_PRESENT);

    ktap_plan(15);
    ktap_equal("two programs have run", (uint32_t)end, (uint32_t)-1);
    ktap_equal("pages of memory that are mapped: all but the boot stack's guard", found.memory,
               frames_end / PAGE_SIZE - 1);
    ktap_equal("pages without memory behind them", found.stray, 0);
    ktap_equal("page tables inside the kernel, but the first", found.tables_inside, 0);
    ktap_equal("pages of the kernel's text or constants that are writable", found.writable_text, 0);
    ktap_equal("pages that ring 3 may write", found.user_writable, 0);
    ktap_equal("pages that ring 3 may use: the vsyscall page, if it is fixed", found.user,
               fixed ? FIXED_USER_PAGES : 0);
    ktap_true("and it is where it belongs", !fixed || found.user_address == VSYSCALL_ADDR);
    ktap_equal("page tables below the kernel", lower_half_entries(), 0);
    ktap_equal("guard pages of kernel stacks that are mapped", guards_mapped(), 0);
    check_tried();
    return ktap_status();
}
