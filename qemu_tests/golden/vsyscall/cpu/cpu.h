/* cpu/cpu.h: what each CPU has for itself, and how it is set up. */
#pragma once

#include "include/structs.h"

extern struct cpu cpus[CPU_COUNT];

void cpu_init(struct cpu *cpu);
void control_init(void);
