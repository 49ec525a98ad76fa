/* checks/special_entry.h: exceptions that have an entry of their own: none. */
#pragma once

#include <stdint.h>

static inline uint32_t special_entry(uint32_t vector)
{
    (void)vector;
    return 0;
}
