/* mm/mm.h: page frames, page tables, and a program's memory. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "include/constants.h"

extern uint32_t boot_page_directory[1024];
#define kernel_page_directory boot_page_directory

/* The kernel sees physical memory moved up by KERNEL_BASE. */
static inline void *phys_to_virt(uint32_t address)
{
    return (void *)(address + KERNEL_BASE);
}

static inline uint32_t virt_to_phys(const void *pointer)
{
    return (uint32_t)pointer - KERNEL_BASE;
}

/* ---- mm/frames.c: page frames, the pages of physical memory ---- */

/* `memory_kib`: from 1 MiB on. */
void frames_init(uint32_t memory_kib);

/* Physical address of a frame full of zeros. */
uint32_t frame_alloc(void);
void frame_free(uint32_t frame);

extern uint32_t frames_used; /* how many */
extern uint32_t frames_end;  /* first physical address past all of them */

/* ---- mm/paging.c: page tables and address spaces ---- */

#define TABLE_SPAN 0x00400000u  /* bytes that one page table maps */
#define ENTRY_FRAME 0xfffff000u /* the address in an entry; flags are below */

void paging_init(void);

/* A page directory with the kernel's part and nothing else. */
uint32_t *address_space_create(void);

/* Free a directory that the CPU does not use, its page tables, and its pages. */
void address_space_destroy(uint32_t *directory);

/* The page table entry of an address, or NULL if there is not even a page table. */
uint32_t *page_entry(uint32_t *directory, uint32_t address);

/* Map one page. */
void page_map(uint32_t *directory, uint32_t address, uint32_t frame, uint32_t flags);

/* ---- mm/uaccess.asm: the only way in which the kernel touches a program's memory ---- */

int copy_or_fault(void *to, const void *from, size_t size);

/* Does the whole range lie below USER_TOP? Written so that no sum can wrap around. */
static inline int user_range_ok(const void *start, size_t size)
{
    return size <= USER_TOP && (uint32_t)start <= USER_TOP - size;
}

/* Returns 0 or -EFAULT. The range check keeps a program from naming kernel memory; whether its own
 * pages are there is found out by the CPU. */
static inline int copy_from_user(void *to, const void *from, size_t size)
{
    return user_range_ok(from, size) ? copy_or_fault(to, from, size) : -EFAULT;
}
