/* user/include/x87.h: numbers in the x87 and SSE registers. */
#pragma once

#include <stdint.h>

/* Has this CPU an x87? With SSE, the functions below use that too. */
int x87_usable(void);

/* A number of its own in each register, made of `seed`; and a rounding mode. */
void x87_load(uint32_t seed);

/* Is it still there? */
int x87_holds(uint32_t seed);

/* Are the registers as a program must find them at its start? */
int x87_is_fresh(void);
