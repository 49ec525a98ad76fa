/* dev/clock.h */
#pragma once
#include <stdint.h>
struct timespec;
uint32_t clock_seconds(void);
void clock_now(int clock, struct timespec *now);
