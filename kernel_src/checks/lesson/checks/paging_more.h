/* checks/paging_more.h: what paging.c must know of the small kernels, and sees only there. */
#pragma once

#include "include/x86.h"
#include "lib/ktap.h"
#include "mm/mm.h"

#define CMOS_INDEX 0x70 /* MC146818 */
#define CMOS_DATA 0x71
#define CMOS_EXTENDED_KIB_LOW 0x30
#define CMOS_EXTENDED_KIB_HIGH 0x31
#define BIOS_BYTES 0x40000u /* for its tables, at the end of memory */

#define PAGES_UNMAPPED 0
#define FIXED_USER_PAGES 1
#define PAGING_MORE 1

extern char kernel_rodata_end[]; /* from the linker script */

/* Physical: from here on up to kernel_rodata_end nothing can be written. */
static inline uint32_t first_read_only(void)
{
    return KERNEL_LOAD_ADDR;
}

/* Is there no memory behind a page, or another's? */
static inline int is_stray(uint32_t address, uint32_t frame)
{
    return frame >= frames_end ||
           (address < KERNEL_BASE + TABLE_SPAN && address != KERNEL_BASE + frame);
}

/* The BIOS has left in the CMOS how many KiB there are from 1 MiB on, some of them for itself. */
static inline void paging_more(void)
{
    outb(CMOS_INDEX, CMOS_EXTENDED_KIB_HIGH);
    uint32_t kib = (uint32_t)inb(CMOS_DATA) << 8;
    outb(CMOS_INDEX, CMOS_EXTENDED_KIB_LOW);
    uint32_t end = KERNEL_LOAD_ADDR + (kib | inb(CMOS_DATA)) * 1024;

    ktap_true("frames end where memory does, or what one page table maps",
              frames_end == TABLE_SPAN ? end >= TABLE_SPAN
                                       : frames_end <= end && end - frames_end <= BIOS_BYTES);
}
