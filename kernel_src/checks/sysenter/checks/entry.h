/* checks/entry.h: what checks/entry.c wants to know of a step. */
#pragma once

#include <stdint.h>

/* How many debug exceptions came in ring 0, apart from breakpoints. */
extern uint32_t check_kernel_steps;

#define BREAKPOINTS 4
#define DR7_BREAKPOINT_0 0x00000002 /* global; length and kind 0: an instruction */
#define DR7_BREAKPOINT_1 0x00000008
#define DR7_BREAKPOINTS 0x000000aa /* all four */

/* Have breakpoints at BREAKPOINTS addresses, of which `enabled` says which are in use. */
void check_breakpoints_want(uint32_t enabled, const uint32_t *addresses);

struct pt_regs;

/* checks/every_breakpoint.c: takes those that DR6 tells of, while it has set any. */
int check_breakpoint_noted(const struct pt_regs *regs, uint32_t status);

/* The breakpoints that are wanted now, as in DR7, and setting those registers of this CPU. */
uint32_t check_breakpoints_wanted(void);
void check_breakpoints_load(uint32_t enabled);

/* Set: the next debug exception in ring 0 is one that a check has made, and it notes where. */
extern uint32_t check_int1_expected, check_int1_eip;

struct process;

/* Where the running call by SYSENTER will come back to; `ebp`: as SYSENTER found it. */
uint32_t check_return_address(const struct process *process, uint32_t ebp);
