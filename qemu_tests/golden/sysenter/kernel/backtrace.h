/* kernel/backtrace.h: the calls that led somewhere. */
#pragma once

#include <stdint.h>

/* Print `eip`, unless it is 0, and the return addresses in the chain of frames from `ebp` on. */
void backtrace(uint32_t eip, uint32_t ebp);
