/* kernel/panic.h: the end, with an explanation. */
#pragma once

#include <stdint.h>

struct pt_regs;

_Noreturn __attribute__((format(printf, 1, 2))) void panic(const char *format, ...);

/* The same for an exception in ring 0: with the registers and the ESP that it had, and the calls
 * that led there. */
_Noreturn __attribute__((format(printf, 3, 4))) void
panic_at(const struct pt_regs *regs, uint32_t esp, const char *format, ...);

/* Tell the emulator how it ended (an OUTCOME_ constant); where nobody listens, stop. */
_Noreturn void machine_end(uint8_t outcome);
