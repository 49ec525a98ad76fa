/* cpu/tlb.h: making CPUs forget what they remember of page tables (SDM 3A 4.10.4.1, 4.10.5). */
#pragma once

#include "include/x86.h"

struct space;

/* One page, on this CPU; of the address space in use. */
static inline void page_forget(uint32_t address)
{
    __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

/* All pages of `space`, on every CPU that uses it; comes back when all have done it. */
void tlb_flush(const struct space *space);

/* If another CPU asked for it, forget. */
void tlb_obey(void);
