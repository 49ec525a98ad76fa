/* lib/random.h: numbers that are spread out. */
#pragma once

#include <stdint.h>

uint32_t random_u32(void);
