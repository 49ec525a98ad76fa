/* checks/every_breakpoint.c: a breakpoint on each instruction of the ways in and back.
 *
 * Where instructions begin is for the CPU to know: a breakpoint on any other byte is none. So each
 * byte has its turn, as many at a time as there are registers, while a program makes its calls.
 *
 * Of each it is seen whether an interrupt could come before it. Only one may find IF set in ring 0,
 * and even there none comes: SYSEXIT right behind STI.
 */

#include "checks/cpu_has.h"
#include "checks/entry.h"
#include "checks/run.h"
#include "kernel/checks.h"
#include "lib/ktap.h"

#define ENTRY_BYTES_MAX 512
#define INSTRUCTIONS_MIN 20 /* fewer than a call executes of either */
#define DR6_HITS 0xfu

extern char sysenter_entry[], int80_entry[], return_with_work[];
extern void (*const exception_entries[])(void);

static volatile int watching;
static uint32_t addresses[BREAKPOINTS];
static uint32_t hits, hit_bits; /* DR6_HITS of the run */
static uint32_t let_in;         /* the first instruction that an interrupt could come before */

static int lets_interrupts_in(const struct pt_regs *regs)
{
    const uint8_t *code = (const uint8_t *)regs->eip;
    int sysexit_behind_sti = code[-1] == 0xfb && code[0] == 0x0f && code[1] == 0x35;

    return (regs->eflags & EFLAGS_IF) != 0 && !sysexit_behind_sti;
}

int check_breakpoint_noted(const struct pt_regs *regs, uint32_t status)
{
    if (!watching || (status & DR6_HITS) == 0) {
        return 0;
    }
    if (let_in == 0 && lets_interrupts_in(regs)) {
        let_in = regs->eip;
    }
    hit_bits |= status & DR6_HITS;
    __asm__ volatile("movl %0, %%db6" : : "r"(0)); /* the CPU leaves old bits in it */
    return 1;
}

/* Behind an entry come the other one and the ways of the exceptions: none of these may have a
 * breakpoint, which is an exception itself. */
static uint32_t end_of(uint32_t start)
{
    const uint32_t others[] = {(uint32_t)sysenter_entry, (uint32_t)int80_entry,
                               (uint32_t)return_with_work, (uint32_t)exception_entries[0]};
    uint32_t end = start + ENTRY_BYTES_MAX;

    for (uint32_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        end = others[i] > start && others[i] < end ? others[i] : end;
    }
    return end;
}

/* Returns if every program ended as if there were no breakpoints. */
static int watch(uint32_t start)
{
    int well = 1;

    hits = let_in = 0;
    for (uint32_t at = start; at < end_of(start); at += BREAKPOINTS) {
        hit_bits = 0;
        for (uint32_t i = 0; i < BREAKPOINTS; i++) {
            addresses[i] = at + i < end_of(start) ? at + i : start;
        }
        watching = 1;
        check_breakpoints_want(DR7_BREAKPOINTS, addresses);
        struct process *process = check_start("one-call");
        well &= process && check_end(process) == -1;
        check_breakpoints_want(0, addresses);
        watching = 0;
        for (uint32_t bits = hit_bits; bits; bits &= bits - 1) {
            hits++;
        }
    }
    return well;
}

int check_every_breakpoint(void)
{
    ktap_plan(6);
    ktap_true("calls with a breakpoint in int80_entry", watch((uint32_t)int80_entry));
    ktap_true("it was hit at many instructions", hits >= INSTRUCTIONS_MIN);
    ktap_equal("int 0x80: interrupts are let in nowhere", let_in, 0);
    if (cpu_has_sysenter()) {
        ktap_true("calls with a breakpoint in sysenter_entry", watch((uint32_t)sysenter_entry));
        ktap_true("it was hit at many instructions", hits >= INSTRUCTIONS_MIN);
        ktap_equal("SYSENTER: interrupts are let in nowhere but behind SYSEXIT", let_in, 0);
    } else {
        ktap_skip("calls with a breakpoint in sysenter_entry", "this CPU has no SYSENTER");
        ktap_skip("it was hit at many instructions", "this CPU has no SYSENTER");
        ktap_skip("SYSENTER: interrupts are let in nowhere but behind SYSEXIT",
                  "this CPU has no SYSENTER");
    }
    return ktap_status();
}
