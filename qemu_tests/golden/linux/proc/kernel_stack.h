/* proc/kernel_stack.h: what only sysinfo() wants to know of kernel stacks. */
#pragma once

#include <stdint.h>

/* Pages of stacks that no process has, and the next ones will get. */
uint32_t kernel_stacks_free(void);
