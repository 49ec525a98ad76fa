/* checks/entry.c: the registers at the first kernel instruction, and at the first in ring 3.
 *
 * Breakpoint registers (SDM 3B 17.2) stop the CPU before the first instruction of sysenter_entry,
 * while nothing has been changed yet, and before the one that SYSEXIT goes to. The #DB at the first
 * comes on the stack that MSR_IA32_SYSENTER_ESP names, which puts its frame just below that
 * address: so ESP is seen by where the frame lies.
 *
 * MSRs are a CPU's own, as the breakpoint registers are: they are noted where it happens.
 */

#include "checks/entry.h"

#include "checks/cpu_has.h"
#include "checks/run.h"
#include "kernel/checks.h"
#include "kernel/kernel.h"
#include "lib/ktap.h"
#include "lib/lib.h"
#include "proc/process.h"
#include "sys/check_arguments.h"
#include "sys/check_cpu.h"

#define DR7_ALWAYS_1 0x00000400
#define DR6_HIT_0 1
#define DR6_HIT_1 2
#define RESULTS (3 + 5 + 2 * CALLS + 1 + 7 * RETURNS)
#define EFLAGS_VM 0x00020000u
#define FLAGS_KEPT (EFLAGS_ARITHMETIC | EFLAGS_DF | EFLAGS_NT | EFLAGS_AC | EFLAGS_ID)
/* That user/one_call.c makes: with EFLAGS_ARITHMETIC, with FLAGS_KEPT, and as the first again. */
#define CALLS 3
#define BY_IRET 1 /* this one comes back with more than SYSEXIT can give back; the others do not */
#define RETURNS (CALLS - 1)

extern char sysenter_entry[];

/* What the CPU pushes for an exception in ring 0. */
struct frame {
    uint32_t eip, cs, eflags;
};

/* What was found. */
static struct {
    uint32_t entries, returns;
    struct frame entry[CALLS]; /* as it lay just below MSR_IA32_SYSENTER_ESP */
    uint32_t entry_ss;
    uint32_t cs_msr, eip_msr; /* at the first call */
    uint32_t selectors;       /* DS and ES in the handler */
    struct pt_regs back[RETURNS];
    uint32_t back_cs_msr;
    uint32_t return_address;
} seen;

/* Where the program is to be stopped. */
static struct {
    volatile uint32_t enabled; /* DR7_BREAKPOINT_ bits */
    uint32_t address[BREAKPOINTS];
} wanted;

uint32_t check_kernel_steps;
uint32_t check_int1_expected, check_int1_eip;

void check_breakpoints_load(uint32_t enabled)
{
    __asm__ volatile("movl %0, %%db7" : : "r"(DR7_ALWAYS_1));
    __asm__ volatile("movl %0, %%db0" : : "r"(wanted.address[0]));
    __asm__ volatile("movl %0, %%db1" : : "r"(wanted.address[1]));
    __asm__ volatile("movl %0, %%db2" : : "r"(wanted.address[2]));
    __asm__ volatile("movl %0, %%db3" : : "r"(wanted.address[3]));
    __asm__ volatile("movl %0, %%db6" : : "r"(0)); /* the CPU leaves old bits in it */
    __asm__ volatile("movl %0, %%db7" : : "r"(enabled | DR7_ALWAYS_1));
}

uint32_t check_breakpoints_wanted(void)
{
    return wanted.enabled;
}

static uint32_t msr_now(uint32_t msr)
{
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return low;
}

void check_breakpoints_want(uint32_t enabled, const uint32_t *addresses)
{
    wanted.enabled = enabled;
    memcpy(wanted.address, addresses, sizeof wanted.address);
    check_breakpoints_load(enabled);
}

static void breakpoints_want(uint32_t enabled, uint32_t back)
{
    const uint32_t addresses[BREAKPOINTS] = {(uint32_t)sysenter_entry, back};

    check_breakpoints_want(enabled, addresses);
}

static void note_entry(const struct pt_regs *regs)
{
    uint32_t ss;

    __asm__ volatile("movl %%ss, %0" : "=r"(ss)); /* a trap out of ring 0 does not load it */
    seen.entry_ss = ss & 0xffff;
    if (seen.entries == BY_IRET) {
        seen.selectors = check_selectors_now(); /* the program has null selectors then */
    }
    if (seen.entries == 0) {
        seen.cs_msr = msr_now(MSR_IA32_SYSENTER_CS);
        seen.eip_msr = msr_now(MSR_IA32_SYSENTER_EIP);
    }
    seen.entry[seen.entries] = ((const struct frame *)msr_now(MSR_IA32_SYSENTER_ESP))[-1];
    seen.entry[seen.entries].eflags = regs->eflags; /* with esp0-word that word is link, and 0 */
    seen.return_address = check_return_address(current_process(), regs->ebp);
    if (seen.entries++ == BY_IRET) {
        breakpoints_want(DR7_BREAKPOINT_0, 0);
    } else {
        breakpoints_want(DR7_BREAKPOINT_1, seen.return_address);
    }
}

static void note_return(const struct pt_regs *regs)
{
    seen.back[seen.returns++] = *regs;
    seen.back_cs_msr = msr_now(MSR_IA32_SYSENTER_CS);
    breakpoints_want(seen.entries < CALLS ? DR7_BREAKPOINT_0 : 0, 0);
}

int check_breakpoint(struct pt_regs *regs)
{
    uint32_t status;

    if (check_int1_expected) {
        check_int1_expected = 0;
        check_int1_eip = regs->eip;
        return 1;
    }
    __asm__ volatile("movl %%db6, %0" : "=r"(status));
    if (check_breakpoint_noted(regs, status)) {
        regs->eflags |= EFLAGS_RF;
        return 1;
    }
    if (wanted.enabled == 0 || (status & (DR6_HIT_0 | DR6_HIT_1)) == 0) {
        check_kernel_steps += (regs->cs & 3) == 0;
        return 0;
    }
    if (status & DR6_HIT_0) {
        note_entry(regs);
    } else {
        note_return(regs);
    }
    regs->eflags |= EFLAGS_RF; /* else the breakpoint is hit again, and again */
    return 1;
}

static void check_first_in_kernel(void)
{
    uint32_t cs = seen.cs_msr;

    ktap_equal("the MSR for CS", cs, SEL_KERNEL_CODE);
    ktap_equal("eip is the MSR's, and the frame lies where the MSR for ESP says", seen.entry[0].eip,
               seen.eip_msr);
    ktap_equal("eip is sysenter_entry", seen.entry[0].eip, (uint32_t)sysenter_entry);
    ktap_equal("cs is the MSR's", seen.entry[0].cs & 0xffff, cs);
    ktap_equal("ss is 8 more", seen.entry_ss, cs + 8);
    for (uint32_t i = 0; i < CALLS; i++) {
        uint32_t flags = seen.entry[i].eflags;
        ktap_equal("IF, VM, RF are clear", flags & (EFLAGS_IF | EFLAGS_VM | EFLAGS_RF), 0);
        ktap_equal("the other flags are the program's", flags & FLAGS_KEPT,
                   i == BY_IRET ? FLAGS_KEPT : EFLAGS_ARITHMETIC);
    }
}

static void check_back(const struct pt_regs *back)
{
    uint32_t cs = seen.back_cs_msr;

    ktap_equal("back: cs is the MSR's + 16, RPL 3", back->cs & 0xffff, (cs + 16) | 3);
    ktap_equal("back: ss is the MSR's + 24, RPL 3", back->ss & 0xffff, (cs + 24) | 3);
    ktap_equal("back: eip", back->eip, seen.return_address);
    ktap_equal("back: eip is edx", back->eip, back->edx);
    ktap_equal("back: esp is ecx", back->esp, back->ecx);
    ktap_equal("back: IF is set", back->eflags & EFLAGS_IF, EFLAGS_IF);
    ktap_equal("back: the other flags are the program's", back->eflags & FLAGS_KEPT,
               EFLAGS_ARITHMETIC);
}

static int32_t run_watched(void)
{
    breakpoints_want(DR7_BREAKPOINT_0, 0);
    struct process *process = check_start("one-call");
    int32_t end = process ? check_end(process) : 0;
    breakpoints_want(0, 0);
    return end;
}

int check_entry(void)
{
    if (!cpu_has_sysenter()) {
        ktap_plan(1);
        if (cpu_has_msr() && (check_cpu().features & CPUID_SEP)) { /* it says so: Pentium Pro */
            ktap_equal("the MSR for CS is not written", msr_now(MSR_IA32_SYSENTER_CS), 0);
        } else {
            ktap_skip("SYSENTER and SYSEXIT", "this CPU has none");
        }
        return ktap_status();
    }
    int32_t end = run_watched();

    ktap_plan(RESULTS);
    ktap_true("the program was not disturbed", end == -1);
    ktap_equal("the breakpoint in the kernel was hit at each call", seen.entries, CALLS);
    ktap_equal("the breakpoint in ring 3 was hit at each return by SYSEXIT", seen.returns, RETURNS);
    check_first_in_kernel();
    ktap_equal("ds and es in the handler", seen.selectors, SEL_USER_DATA << 16 | SEL_USER_DATA);
    for (uint32_t i = 0; i < RETURNS; i++) {
        check_back(&seen.back[i]);
    }
    return ktap_status();
}
