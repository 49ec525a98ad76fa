/* cpu/tss.h: the task state segment. */
#pragma once

struct cpu;
struct process;

void tss_init(struct cpu *cpu);

/* From now on the CPU finds the kernel stack, when ring 3 is interrupted, just below `process`. */
void tss_set_esp0(struct cpu *cpu, struct process *process);
