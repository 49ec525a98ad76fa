/* mm/paging.c: page tables and address spaces (SDM 3A 4.3, 32-bit paging).
 *
 * An address has three parts: 10 bits that choose one of 1024 entries of the page directory, 10
 * bits for one of 1024 entries of the page table found there, and 12 bits for a byte of the page
 * found there. The upper quarter of every directory, from KERNEL_BASE on, has the same entries: one
 * kernel in every address space.
 */

#include "mm/mm.h"

#include "include/x86.h"
#include "lib/lib.h"
#include "proc/process.h"

#define FIRST_KERNEL_ENTRY (KERNEL_BASE / TABLE_SPAN)

extern uint32_t boot_page_table[1024]; /* boot/start.asm */
extern char kernel_rodata_end[];       /* from the linker script */

uint32_t *page_entry(uint32_t *directory, uint32_t address)
{
    uint32_t entry = directory[address / TABLE_SPAN];
    uint32_t *table = phys_to_virt(entry & ENTRY_FRAME);

    return entry & PAGE_PRESENT ? &table[address / PAGE_SIZE % 1024] : NULL;
}

void page_map(uint32_t *directory, uint32_t address, uint32_t frame, uint32_t flags)
{
    if (!page_entry(directory, address)) {
        /* What a page may be used for is decided in the table; the directory must not forbid it. */
        directory[address / TABLE_SPAN] = frame_alloc() | PAGE_PRESENT | PAGE_WRITE | PAGE_USER;
    }
    *page_entry(directory, address) = frame | flags | PAGE_PRESENT;
}

/* Show and map a part of physical memory as the kernel sees it; ring 3 may touch nothing of it. */
static void kernel_map(const char *start, const char *end, uint32_t flags, const char *text)
{
    print("#   %08x-%08x r%s %s\n", (uint32_t)start, (uint32_t)end - 1,
          flags & PAGE_WRITE ? "w" : "-", text);
    for (uint32_t page = virt_to_phys(start); page < virt_to_phys(end); page += PAGE_SIZE) {
        boot_page_table[page / PAGE_SIZE] = page | flags | PAGE_PRESENT;
    }
}

void paging_init(void)
{
    const char *kernel = phys_to_virt(KERNEL_LOAD_ADDR), *end = phys_to_virt(frames_end);

    print("# memory:\n");
    kernel_map(phys_to_virt(0), kernel, PAGE_WRITE, "what the BIOS uses");
    kernel_map(kernel, kernel_rodata_end, 0, "the kernel's text and constants");
    kernel_map(kernel_rodata_end, end, PAGE_WRITE, "its data, and page frames");
    for (uint32_t page = frames_end / PAGE_SIZE; page < 1024; page++) {
        boot_page_table[page] = 0;
    }
    /* The kernel is no longer needed at address 0: from here on a NULL pointer faults. Loading CR3
     * makes the CPU forget what it has cached of the tables (SDM 3A 4.10.4.1). */
    kernel_page_directory[0] = 0;
    current_process()->page_directory = kernel_page_directory;
    cr3_write(virt_to_phys(kernel_page_directory));
}

uint32_t *address_space_create(void)
{
    uint32_t *directory = phys_to_virt(frame_alloc());

    memcpy(directory + FIRST_KERNEL_ENTRY, kernel_page_directory + FIRST_KERNEL_ENTRY,
           (1024 - FIRST_KERNEL_ENTRY) * sizeof(uint32_t));
    return directory;
}

void address_space_destroy(uint32_t *directory)
{
    for (uint32_t i = 0; i < FIRST_KERNEL_ENTRY; i++) {
        if ((directory[i] & PAGE_PRESENT) == 0) {
            continue;
        }
        const uint32_t *table = phys_to_virt(directory[i] & ENTRY_FRAME);
        for (uint32_t j = 0; j < 1024; j++) {
            if (table[j] & PAGE_PRESENT) {
                frame_free(table[j] & ENTRY_FRAME);
            }
        }
        frame_free(directory[i] & ENTRY_FRAME);
    }
    frame_free(virt_to_phys(directory));
}
