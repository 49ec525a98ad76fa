/* proc/kernel_stack.h: how much memory is left, with what kernel stacks hold back. */
#pragma once

#include <stdint.h>

#include "mm/mm.h"

/* Pages of stacks that no process has, and the next ones will get. */
extern uint32_t kernel_stacks_free;

/* Page frames that programs can still have. */
static inline uint32_t frames_left(void)
{
    return frames_total - frames_used + kernel_stacks_free;
}
