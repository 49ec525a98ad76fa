/* cpu/wake.h: telling other CPUs that there is something to do. */
#pragma once

#include <stdint.h>

struct pt_regs;

/* Any CPU that waits for an interrupt gets one. */
void cpu_wake_others(void);

void wake_interrupt(struct pt_regs *regs, uint32_t vector);
