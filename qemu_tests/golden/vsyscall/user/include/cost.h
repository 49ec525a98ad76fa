/* user/include/cost.h: measuring in ticks of the time stamp counter (SDM 3B 17.17, RDTSC).
 *
 * On QEMU with `-icount shift=0` a tick is exactly one instruction; otherwise it is time. Each
 * figure includes the three instructions of the measuring loop.
 */
#pragma once

#include <stdint.h>

#include "include/constants.h"

#define COST_ROUNDS 9

/* Each makes COST_CALLS calls of getpid by one way, or none. */
void cost_empty(void);
void cost_fast(void);
void cost_int80(void);

/* Hundredths of a tick for one call, the best of COST_ROUNDS rounds. */
uint32_t cost_of(void (*loop)(void));
void cost_show(const char *name, uint32_t hundredths);
