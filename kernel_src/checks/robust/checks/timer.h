/* checks/timer.h: where timer interrupts landed while many calls were made. */
#pragma once

#include <stdint.h>

struct pt_regs;

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
