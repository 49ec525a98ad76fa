/* kernel/backtrace.h: the calls that led somewhere. */
#pragma once

#include <stdint.h>

void backtrace(uint32_t eip, uint32_t ebp);
