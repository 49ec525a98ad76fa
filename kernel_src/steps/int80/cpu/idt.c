/* cpu/idt.c: the Interrupt Descriptor Table: one gate for each vector in use (SDM 3A 6.11). */

#include "cpu/cpu.h"

#define GATE_INTERRUPT 0x8e00 /* present; clears IF on the way in */
#define GATE_FROM_USER 0x6000 /* DPL 3: an INT instruction in ring 3 may use it */
#define EXCEPTIONS 32

extern void int80_entry(void);
extern void (*const exception_entries[EXCEPTIONS])(void); /* entry/traps.asm */

struct gate {
    uint16_t offset_low, selector, type, offset_high;
};

static struct gate idt[256] __attribute__((aligned(8)));

void idt_set(uint32_t vector, void (*entry)(void))
{
    uint32_t offset = (uint32_t)entry;

    idt[vector] =
        (struct gate){(uint16_t)offset, SEL_KERNEL_CODE, GATE_INTERRUPT, (uint16_t)(offset >> 16)};
}

void idt_init(void)
{
    struct __attribute__((packed)) {
        uint16_t limit;
        uint32_t base;
    } idtr = {sizeof idt - 1, (uint32_t)idt};

    for (uint32_t vector = 0; vector < EXCEPTIONS; vector++) {
        idt_set(vector, exception_entries[vector]);
    }
    idt_set(SYSCALL_VECTOR, int80_entry);
    idt[VECTOR_BP].type |= GATE_FROM_USER;
    idt[VECTOR_OF].type |= GATE_FROM_USER;
    idt[SYSCALL_VECTOR].type |= GATE_FROM_USER;
    __asm__ volatile("lidt %0" : : "m"(idtr));
}
