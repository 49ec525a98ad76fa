/* checks/special_entry.h: exceptions that have an entry of their own: see entry/at_sysenter.asm. */
#pragma once

#include <stdint.h>

#include "checks/cpu_has.h"
#include "include/constants.h"

extern void trap_1_at_sysenter(void), trap_2_at_sysenter(void);

/* Its address; 0 if it is like all others. */
static inline uint32_t special_entry(uint32_t vector)
{
    return !cpu_has_sysenter()    ? 0
           : vector == VECTOR_DB  ? (uint32_t)trap_1_at_sysenter
           : vector == VECTOR_NMI ? (uint32_t)trap_2_at_sysenter
                                  : 0;
}
