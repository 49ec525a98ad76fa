/* cpu/cpu.h: the tables that the CPU is told of. */
#pragma once

#include "include/structs.h"

extern uint64_t gdt[GDT_ENTRIES];

extern struct tss tss;
void tss_init(void);

void idt_init(void);
void idt_set(uint32_t vector, void (*entry)(void));

/* Called by entry/traps.asm with the registers of whatever was interrupted. */
void trap_dispatch(struct pt_regs *regs, uint32_t vector);
