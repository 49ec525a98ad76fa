/* mm/mm.h: page frames, page tables, and a program's memory. */
#pragma once

#include <stddef.h>
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

/* ---- mm/frames.c: page frames, the pages of physical memory ---- */

struct multiboot_info;
void frames_init(const struct multiboot_info *info);

/* Physical address of a frame full of zeros, or 0 if there is none left. */
uint32_t frame_alloc(void);

/* The same without touching it: with whatever was there before. */
uint32_t frame_take(void);
void frame_free(uint32_t frame);

/* How many frames are in use now, and how many there are in all. */
uint32_t frames_used(void);
uint32_t frames_total(void);

/* First physical address past all usable memory. */
uint32_t frames_end(void);

/* ---- mm/paging.c: page tables and address spaces ---- */

#define TABLE_SPAN 0x00400000u  /* bytes that one page table maps */
#define ENTRY_FRAME 0xfffff000u /* the address in an entry; flags are below */

void paging_init(void);

/* A page directory with the kernel's part and nothing else, or NULL if there is no memory. */
uint32_t *address_space_create(void);

/* Map one page. Returns 0, or -ENOMEM if there is no memory for a page table. */
int page_map(uint32_t *directory, uint32_t address, uint32_t frame, uint32_t flags);

/* The page table entry of an address, or NULL if there is not even a page table. */
uint32_t *page_entry(uint32_t *directory, uint32_t address);

/* ---- mm/uaccess.asm: the only way in which the kernel touches a program's memory ---- */

int copy_or_fault(void *to, const void *from, size_t size);

/* Does the whole range lie below USER_TOP? Written so that no sum can wrap around. */
static inline int user_range_ok(uint32_t addr, size_t size)
{
    return size <= USER_TOP && addr <= USER_TOP - size;
}

/* Both return 0 or -EFAULT. The range check keeps a program from naming kernel memory; whether its
 * own pages are there, and writable, is found out by the CPU. */
static inline int copy_from_user(void *to, const void *from, size_t size)
{
    return user_range_ok((uint32_t)from, size) ? copy_or_fault(to, from, size) : -EFAULT;
}

static inline int copy_to_user(void *to, const void *from, size_t size)
{
    return user_range_ok((uint32_t)to, size) ? copy_or_fault(to, from, size) : -EFAULT;
}
