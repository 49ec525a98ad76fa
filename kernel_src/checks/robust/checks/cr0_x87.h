/* checks/cr0_x87.h: what CR0 must say about the x87. */
#pragma once

#include <stdint.h>

#include "include/constants.h"

#define CR0_X87_TEXT "cr0.EM: no x87"

static inline int cr0_x87_good(uint32_t cr0)
{
    return (cr0 & CR0_EM) != 0;
}
