/* checks/paging.c: what the page tables allow: looked up in all of the kernel's, and then tried. */

#include "checks/paging_more.h"
#include "checks/run.h"
#include "kernel/checks.h"
#include "lib/ktap.h"
#include "lib/linux_errno.h"
#include "mm/mm.h"
#include "proc/process.h"

#define FIRST_KERNEL_ENTRY (KERNEL_BASE / TABLE_SPAN)
#define PAGE_UNCACHED 0x18 /* PWT, PCD (SDM 3A 4.9) */

/* What was found in one walk through the kernel's half. */
struct findings {
    uint32_t memory;        /* pages of it, at KERNEL_BASE + their physical address */
    uint32_t user;          /* of all that are mapped: for ring 3 as well */
    uint32_t writable_text; /* of them: writable, with a frame of the kernel's text or constants */
    uint32_t user_writable; /* of them: ring 3 may even write */
    uint32_t user_address;  /* the last for ring 3 */
    uint32_t stray;         /* of them: no memory behind it, or another's */
    uint32_t read_only;     /* of the memory: neither writable nor the kernel's text or constants */
    uint32_t uncached;      /* of the memory: slow, which an emulator does not show */
};

static void look_at(uint32_t address, uint32_t entry, struct findings *found)
{
    uint32_t frame = entry & ENTRY_FRAME;
    int is_moved_up = address == KERNEL_BASE + frame;

    if ((entry & PAGE_PRESENT) == 0) {
        return;
    }
    found->memory += is_moved_up && frame < frames_end;
    int is_text = frame >= first_read_only() && frame < virt_to_phys(kernel_rodata_end);
    found->writable_text += (entry & PAGE_WRITE) && is_text;
    found->read_only += (entry & PAGE_WRITE) == 0 && !is_text && is_moved_up;
    found->uncached += (entry & PAGE_UNCACHED) && frame < frames_end;
    found->stray += is_stray(address, frame);
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

/* The CPU's own opinion: the copy function gives -LINUX_EFAULT where a page fault stopped it. */
static void check_tried(void)
{
    uint8_t byte = 0;
    uint8_t *text = phys_to_virt(first_read_only());
    void *constants_end = (void *)((uint32_t)kernel_rodata_end - sizeof byte);

    ktap_equal("the kernel cannot write to its text", (uint32_t)copy_or_fault(text, text, 1),
               (uint32_t)-LINUX_EFAULT);
    ktap_equal("nor to its constants", (uint32_t)copy_or_fault(constants_end, constants_end, 1),
               (uint32_t)-LINUX_EFAULT);
    ktap_equal("nor read at NULL", (uint32_t)copy_or_fault(&byte, NULL, 1),
               (uint32_t)-LINUX_EFAULT);
    ktap_equal("nor where it was at its start",
               (uint32_t)copy_or_fault(&byte, (void *)KERNEL_LOAD_ADDR, 1),
               (uint32_t)-LINUX_EFAULT);
    ktap_equal("but what lies behind may be written",
               (uint32_t)copy_or_fault(kernel_rodata_end, kernel_rodata_end, 1), 0);
}

int check_paging(void)
{
    struct process *first = check_start("one-call"); /* so that there are kernel stacks */
    struct process *second = check_start("one-call");
    int32_t end = first && second ? check_end(first) & check_end(second) : 0;
    struct findings found = walk();
    const uint32_t *page = page_entry(kernel_page_directory, VSYSCALL_ADDR);
    int has_page = page && (*page & PAGE_PRESENT);

    ktap_plan(15 + PAGING_MORE);
    ktap_equal("two programs have run", (uint32_t)end, (uint32_t)-1);
    ktap_equal("pages of memory that are mapped: all, but for guards", found.memory,
               frames_end / PAGE_SIZE - PAGES_UNMAPPED);
    ktap_equal("pages of other memory that are read-only", found.read_only, 0);
    ktap_equal("pages of memory without a cache", found.uncached, 0);
    ktap_equal("pages without memory behind them", found.stray, 0);
    ktap_equal("pages of the kernel's text or constants that are writable", found.writable_text, 0);
    ktap_equal("pages that ring 3 may write", found.user_writable, 0);
    ktap_equal("pages that ring 3 may use: the vsyscall page, if it is fixed", found.user,
               has_page ? FIXED_USER_PAGES : 0);
    ktap_true("and it is where it belongs", !has_page || found.user_address == VSYSCALL_ADDR);
    ktap_equal("page tables below the kernel", lower_half_entries(), 0);
    check_tried();
    paging_more();
    return ktap_status();
}
