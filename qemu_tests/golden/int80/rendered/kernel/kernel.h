/* kernel/kernel.h: the end, with an explanation or without. */
#pragma once

#include "include/structs.h"

/* `regs`: of the exception in ring 0 that is the reason, or NULL. */
_Noreturn __attribute__((format(printf, 2, 3))) void panic(const struct pt_regs *regs,
                                                           const char *format, ...);

/* Tell the emulator how it ended (an OUTCOME_ constant); where nobody listens, stop. */
_Noreturn void machine_end(uint8_t outcome);
