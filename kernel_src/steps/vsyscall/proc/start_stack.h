/* proc/start_stack.h: what a program finds on its stack. */
#pragma once

#include <stdint.h>

/* Fill `frame`, the top page of a program's stack; returns ESP for its first instruction. */
uint32_t start_stack_build(uint32_t frame, const char *name, uint32_t entry_addr);
