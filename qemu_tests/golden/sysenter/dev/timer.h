/* dev/timer.h: the clock. */
#pragma once

#include <stdint.h>

struct pt_regs;

void timer_init(void);
void timer_set_rate(uint32_t hz);
void timer_interrupt(struct pt_regs *regs, uint32_t vector);

extern volatile uint32_t timer_ticks; /* interrupts since the start */
