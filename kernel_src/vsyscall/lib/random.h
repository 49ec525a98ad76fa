/* lib/random.h: numbers that are hard to guess. */
#pragma once

#include <stdint.h>

uint32_t random_u32(void);
