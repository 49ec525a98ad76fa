/* cpu/cpu.h: what each CPU has for itself, and how it is set up. */
#pragma once

#include "cpu/cpuid.h"
#include "include/structs.h"

extern struct cpu cpus[CPU_COUNT];

void cpu_init(struct cpu *cpu); /* kernel/main.c: all of the rest, in order */
void control_init(void);

/* The table as the builder's tables have it; the TSS descriptors in it still lack their base. */
extern const uint64_t gdt_image[GDT_ENTRIES];
void gdt_init(struct cpu *cpu);

/* For iomap_base: beyond the TSS's limit, so that every port is denied (SDM 1 19.5.2). */
#define NO_IO_BITMAP 0xffff

void tss_init(struct cpu *cpu);

/* From now on the CPU finds the kernel stack, when ring 3 is interrupted, just below `process`. */
void tss_set_esp0(struct cpu *cpu, struct process *process);

void idt_load(void);

/* Called by entry/traps.asm with the registers of whatever was interrupted. */
void trap_dispatch(struct pt_regs *regs, uint32_t vector);

/* "#PF page fault" and so on, for messages. */
const char *trap_name(uint32_t vector);
