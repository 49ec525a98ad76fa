/* dev/timer.h: the clock. */
#pragma once

#include <stdint.h>

void timer_init(void);
void timer_set_rate(uint32_t hz);

extern volatile uint32_t timer_ticks; /* interrupts since the start */
