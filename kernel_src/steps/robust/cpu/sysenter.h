/* cpu/sysenter.h: the three MSRs behind SYSENTER and SYSEXIT. */
#pragma once

struct cpu;

void sysenter_init(struct cpu *cpu);
