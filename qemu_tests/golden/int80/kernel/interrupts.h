/* kernel/interrupts.h: who handles which exception or interrupt; cpu/idt.c calls them. */
#pragma once

#include <stdint.h>

struct pt_regs;

/* An exception that nobody expected: ends the program that raised it; in ring 0 it is a panic. */
void trap_unexpected(struct pt_regs *regs, uint32_t vector);
void page_fault(struct pt_regs *regs, uint32_t vector);
void timer_interrupt(void);
void serial_interrupt(void);
