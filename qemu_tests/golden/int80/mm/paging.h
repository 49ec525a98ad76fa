/* mm/paging.h: page tables and address spaces. */
#pragma once

#include <stdint.h>

#include "include/constants.h"

/* From the linker script. */
extern char kernel_text_start[], kernel_rodata_end[], kernel_end[];

extern uint32_t boot_page_directory[1024];
#define kernel_page_directory boot_page_directory

/* The kernel sees all of physical memory, moved up by KERNEL_BASE. */
static inline void *phys_to_virt(uint32_t address)
{
    return (void *)(address + KERNEL_BASE);
}

static inline uint32_t virt_to_phys(const void *pointer)
{
    return (uint32_t)pointer - KERNEL_BASE;
}

void paging_init(void);

/* A page directory with the kernel's part and nothing else, or NULL if there is no memory. */
uint32_t *address_space_create(void);

/* Free a directory that no CPU uses, its page tables, and its pages unless PAGE_SHARED. */
void address_space_destroy(uint32_t *directory);

/* Map one page. Returns 0, or -ENOMEM if there is no memory for a page table. */
int page_map(uint32_t *directory, uint32_t address, uint32_t frame, uint32_t flags);

/* The page table entry of an address, or NULL if there is not even a page table. */
uint32_t *page_entry(uint32_t *directory, uint32_t address);
