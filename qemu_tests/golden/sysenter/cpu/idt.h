/* cpu/idt.h: the Interrupt Descriptor Table. */
#pragma once

#include <stdint.h>

struct pt_regs;

void idt_load(void);

/* Called by entry/traps.asm with the registers of whatever was interrupted. */
void trap_dispatch(struct pt_regs *regs, uint32_t vector);

/* "#PF page fault" and so on, for messages. */
const char *trap_name(uint32_t vector);
