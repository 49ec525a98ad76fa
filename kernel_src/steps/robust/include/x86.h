/* include/x86.h: the instructions that C has no words for (SDM 2A and 2B, by their names).
 *
 * A "memory" clobber keeps the compiler from moving loads and stores past an instruction that
 * changes what memory is or who else may look at it.
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

static inline uint32_t cr0_read(void)
{
    uint32_t value;
    __asm__ volatile("movl %%cr0, %0" : "=r"(value));
    return value;
}

static inline void cr0_write(uint32_t value)
{
    __asm__ volatile("movl %0, %%cr0" : : "r"(value) : "memory");
}

/* The address whose use caused the last page fault. */
static inline uint32_t cr2_read(void)
{
    uint32_t value;
    __asm__ volatile("movl %%cr2, %0" : "=r"(value));
    return value;
}

/* Physical address of the page directory in use. Writing it makes the CPU forget the old one. */
static inline uint32_t cr3_read(void)
{
    uint32_t value;
    __asm__ volatile("movl %%cr3, %0" : "=r"(value));
    return value;
}

static inline void cr3_write(uint32_t value)
{
    __asm__ volatile("movl %0, %%cr3" : : "r"(value) : "memory");
}

/* A CPU without CPUID may have no CR4. */
static inline void cr4_set(uint32_t bits)
{
    uint32_t value;
    __asm__ volatile("movl %%cr4, %0" : "=r"(value));
    __asm__ volatile("movl %0, %%cr4" : : "r"(value | bits));
}

/* Sleep until an interrupt has been handled. STI lets interrupts in only after the instruction that
 * follows it, so that none can slip in between and be slept over (SDM 2B, STI). */
static inline void wait_for_interrupt(void)
{
    __asm__ volatile("sti\n\thlt\n\tcli" : : : "memory");
}

_Noreturn static inline void halt_forever(void)
{
    for (;;) {
        __asm__ volatile("cli\n\thlt" : : : "memory");
    }
}
