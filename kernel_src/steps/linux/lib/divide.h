/* lib/divide.h: a division that C has not: 64 bits by 32.
 *
 * The compiler would call a function of its own library for it, which is not here.
 */
#pragma once

#include <stdint.h>

/* The quotient must fit 32 bits: the upper half of `number` is less than `divisor`. */
static inline uint32_t divide(uint64_t number, uint32_t divisor, uint32_t *rest)
{
    uint32_t quotient;
    __asm__("divl %4"
            : "=a"(quotient), "=d"(*rest)
            : "a"((uint32_t)number), "d"((uint32_t)(number >> 32)), "r"(divisor)
            : "cc");
    return quotient;
}
