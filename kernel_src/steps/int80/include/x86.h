/* include/x86.h: the instructions that C has no words for (SDM 2A and 2B, by their names).
 *
 * A "memory" clobber keeps the compiler from moving loads and stores past an instruction that
 * changes what memory is.
 */
#pragma once

#include <stdint.h>

static inline void outb(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

/* The address whose use caused the last page fault. */
static inline uint32_t cr2_read(void)
{
    uint32_t value;
    __asm__ volatile("movl %%cr2, %0" : "=r"(value));
    return value;
}

/* The physical address of the page directory. The CPU forgets what it knew of the old one. */
static inline void cr3_write(uint32_t value)
{
    __asm__ volatile("movl %0, %%cr3" : : "r"(value) : "memory");
}
