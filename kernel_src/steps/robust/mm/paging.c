/* mm/paging.c: page tables and address spaces (SDM 3A 4.3, 32-bit paging).
 *
 * An address has three parts: 10 bits that choose one of 1024 entries of the page directory, 10
 * bits for one of 1024 entries of the page table found there, and 12 bits for a byte of the page
 * found there. The upper quarter of every directory, from KERNEL_BASE on, has the same entries: one
 * kernel in every address space.
 */

#include "mm/mm.h"

#include "cpu/cpuid.h"
#include "include/x86.h"
#include "kernel/kernel.h"

extern char boot_stack_guard[];

/* From the linker script: in turn where include/smap.inc has left room, and what goes there. */
extern const uint32_t smap_start[], smap_end[];

static uint32_t *table_of(uint32_t directory_entry)
{
    return phys_to_virt(directory_entry & ENTRY_FRAME);
}

uint32_t *page_entry(uint32_t *directory, uint32_t address)
{
    uint32_t entry = directory[address / TABLE_SPAN];

    return entry & PAGE_PRESENT ? &table_of(entry)[address / PAGE_SIZE % 1024] : NULL;
}

/* See to it that there is a page table for `address`. */
static int table_create(uint32_t *directory, uint32_t address)
{
    uint32_t *entry = &directory[address / TABLE_SPAN];

    if ((*entry & PAGE_PRESENT) == 0) {
        uint32_t frame = frame_alloc();
        if (frame == 0) {
            return -ENOMEM;
        }
        /* What a page may be used for is decided in the table; the directory must not forbid it. */
        *entry = frame | PAGE_PRESENT | PAGE_WRITE | PAGE_USER;
    }
    return 0;
}

int page_map(uint32_t *directory, uint32_t address, uint32_t frame, uint32_t flags)
{
    int error = table_create(directory, address);

    if (error == 0) {
        *page_entry(directory, address) = frame | flags | PAGE_PRESENT;
    }
    return error;
}

static void kernel_table_create(uint32_t address)
{
    if (table_create(kernel_page_directory, address) != 0) {
        panic("no memory for the kernel's page tables");
    }
}

/* A page table for the 4 MiB from `start` on. It may itself lie where nothing is mapped yet: it is
 * filled through the page of the guard, which is not in use now. */
static void map_table(uint32_t start)
{
    uint32_t *window = (uint32_t *)boot_stack_guard;
    uint32_t table = frame_take();

    if (table == 0) {
        panic("no memory for the kernel's page tables");
    }
    *page_entry(kernel_page_directory, (uint32_t)window) = table | PAGE_PRESENT | PAGE_WRITE;
    cr3_write(virt_to_phys(kernel_page_directory));
    for (uint32_t i = 0; i < 1024; i++) {
        uint32_t frame = start + i * PAGE_SIZE;
        window[i] = frame < frames_end ? frame | PAGE_PRESENT | PAGE_WRITE : 0;
    }
    kernel_page_directory[(start + KERNEL_BASE) / TABLE_SPAN] = table | PAGE_PRESENT | PAGE_WRITE;
}

/* The first 4 MiB are mapped by boot/start.asm. */
static void map_all_memory(void)
{
    for (uint32_t start = TABLE_SPAN; start < frames_end; start += TABLE_SPAN) {
        map_table(start);
    }
}

static void protect_text(void)
{
    for (const uint32_t *row = smap_start; cpu_features.smap && row < smap_end; row += 2) {
        *(uint32_t *)row[0] = row[1];
    }
    for (char *page = kernel_text_start; page < kernel_rodata_end; page += PAGE_SIZE) {
        *page_entry(kernel_page_directory, (uint32_t)page) &= ~PAGE_WRITE;
    }
}

void paging_init(void)
{
    map_all_memory();
    protect_text();
    *page_entry(kernel_page_directory, (uint32_t)boot_stack_guard) = 0;

    /* Filled later, but it must be there now: the directories of processes are copies of this. */
    for (uint32_t i = 0; i < KERNEL_STACK_SLOTS * 2 * PAGE_SIZE; i += TABLE_SPAN) {
        kernel_table_create(KERNEL_STACKS_BASE + i);
    }

    /* The kernel is no longer needed at address 0: from here on a NULL pointer faults. Loading CR3
     * makes the CPU forget what it has cached of the tables (SDM 3A 4.10.4.1): the read-only pages
     * count from here on too. */
    kernel_page_directory[0] = 0;
    cr3_write(virt_to_phys(kernel_page_directory));
}
