/* user/include/start_registers.h: the registers at a program's first instruction. */
#pragma once

#include "user/include/checks.h"

/* user/start_entry.asm stores them before anything has changed them, and goes on at _start. */
extern const struct registers start_registers;
void start_checked(void);

#define START_REGISTERS_RESULTS 5

/* System V ABI i386, 3-26 to 3-30; what it leaves open is as in Linux. */
static inline void check_start_registers(void)
{
    const struct registers *r = &start_registers;

    ktap_equal("all general registers are 0",
               r->eax | r->ebx | r->ecx | r->edx | r->esi | r->edi | r->ebp, 0);
    ktap_equal("esp is a multiple of 16", r->esp % 16, 0);
    ktap_equal("eflags", r->eflags, EFLAGS_ALWAYS_1 | EFLAGS_IF);
    ktap_equal("ds and es", r->ds << 16 | r->es, SEL_USER_DATA << 16 | SEL_USER_DATA);
    ktap_equal("fs and gs are null", r->fs | r->gs, 0);
}
