/* checks/timer.h: where timer interrupts landed while many calls were made. */
#pragma once

#include <stdint.h>

#include "include/constants.h"
#include "include/x86.h"

struct pt_regs;

#define TIMER_DIVISOR (PIT_INPUT_HZ / TIMER_HZ)
#define PIT_LATCH_CHANNEL_0 0x00

/* What the chip has still to count down before its next interrupt. */
static inline uint32_t timer_left(void)
{
    outb(PIT_COMMAND, PIT_LATCH_CHANNEL_0);
    uint32_t low = inb(PIT_CHANNEL_0);
    return low | (uint32_t)inb(PIT_CHANNEL_0) << 8;
}

struct landings {
    uint32_t user;       /* in ring 3 */
    uint32_t after_gate; /* of them: at the first instruction that SYSEXIT goes to */
    uint32_t with_rf;    /* of them: with EFLAGS.RF set */
    uint32_t halted;     /* in ring 0, after HLT */
    uint32_t kernel;     /* in ring 0, anywhere else: interrupts are off there */
    uint32_t switches;   /* in another process than the one before */
};

/* Run processes of a program under a clock of that rate, or of a lower one if that might be too
 * much for the machine. Sets if all of them ended well. */
struct landings timer_landings(uint32_t hz, const char *program, uint32_t instances, int *well);

/* Is this the first instruction after SYSENTER in ring 3? */
int landed_after_gate(const struct pt_regs *regs);

/* Did this CPU and kernel use SYSENTER at all? */
int landings_after_gate_expected(void);
