/* cpu/sysenter.h: the three MSRs behind SYSENTER and SYSEXIT. */
#pragma once

#include <stdint.h>

struct cpu;
struct process;

void sysenter_init(struct cpu *cpu);
