/* cpu/tlb.h: making the CPU forget what it remembers of page tables (SDM 3A 4.10.4.1). */
#pragma once

#include "include/x86.h"

struct space;

/* One page; of the address space in use. */
static inline void page_forget(uint32_t address)
{
    __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

/* All pages of `space`: if it is not in use, the CPU remembers nothing of it. */
static inline void tlb_flush(const struct space *space)
{
    (void)space;
    cr3_write(cr3_read());
}
