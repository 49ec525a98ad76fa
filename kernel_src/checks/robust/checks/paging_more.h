/* checks/paging_more.h: what paging.c must know of larger kernels, and sees there only. */
#pragma once

#include "checks/user_pages.h"
#include "lib/ktap.h"
#include "lib/linux_errno.h"
#include "mm/mm.h"

#define PAGES_UNMAPPED 1 /* the guard of the stack that the kernel booted on */
#define PAGING_MORE 3

extern char boot_stack_guard[];

/* Physical: from here on up to kernel_rodata_end nothing can be written. */
static inline uint32_t first_read_only(void)
{
    return virt_to_phys(kernel_text_start) & ENTRY_FRAME;
}

/* Is there no memory behind a page, and no device? The first page table maps 4 MiB in any case. */
static inline int is_stray(uint32_t address, uint32_t frame)
{
    return frame >= frames_end && frame >= TABLE_SPAN && address != LOCAL_APIC_ADDR;
}

/* Page tables that lie where the kernel's own variables do; the first is one of them. */
static inline uint32_t tables_inside(void)
{
    uint32_t count = 0;

    for (uint32_t i = KERNEL_BASE / TABLE_SPAN + 1; i < 1024; i++) {
        uint32_t entry = kernel_page_directory[i];
        count += (entry & PAGE_PRESENT) && (entry & ENTRY_FRAME) < virt_to_phys(kernel_end);
    }
    return count;
}

/* The lower page of each slot must stay empty. */
static inline uint32_t guards_mapped(void)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < KERNEL_STACK_SLOTS; i++) {
        uint32_t address = KERNEL_STACKS_BASE + i * (PAGE_SIZE + KERNEL_STACK_SIZE);
        const uint32_t *entry = page_entry(kernel_page_directory, address);
        count += entry && (*entry & PAGE_PRESENT);
    }
    return count;
}

static inline void paging_more(void)
{
    uint8_t byte;

    ktap_equal("page tables inside the kernel, but the first", tables_inside(), 0);
    ktap_equal("guard pages of kernel stacks that are mapped", guards_mapped(), 0);
    ktap_equal("the kernel cannot read below the stack it booted on",
               (uint32_t)copy_or_fault(&byte, boot_stack_guard, 1), (uint32_t)-LINUX_EFAULT);
}
