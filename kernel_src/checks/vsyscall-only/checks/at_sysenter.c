/* checks/at_sysenter.c: entry/at_sysenter.asm looks at two exceptions, and lets all others pass.
 *
 * What it is there for, checks/bad_sysenter.c tries: single steps over SYSENTER.
 */

#include "checks/cpu_has.h"
#include "checks/entry.h"
#include "checks/run.h"
#include "cpu/cpu.h"
#include "kernel/checks.h"
#include "lib/ktap.h"
#include "proc/process.h"

extern char sysenter_entry[];

/* The first instruction is at that address, but it is ring 3 that jumps there. */
static void check_from_ring_3(void)
{
    struct process *process = check_start("step-to-kernel");

    if (process) {
        ((struct pt_regs *)process - 1)->ecx = (uint32_t)sysenter_entry;
    }
    ktap_equal("a program that jumps there step by step",
               process ? (uint32_t)check_end(process) : 0, VECTOR_DB);
    ktap_equal("and where it was killed", check_last_regs.eip, (uint32_t)sysenter_entry);
}

/* It is ring 0, but at another address. INT 1 is as good as a debug exception. */
static void check_from_elsewhere(void)
{
    uint32_t eip;

    check_int1_expected = 1;
    __asm__ volatile("movl $1f, %0\n\tint $1\n1:" : "=&r"(eip));
    ktap_equal("a debug exception elsewhere in the kernel", check_int1_eip, eip);
}

int check_at_sysenter(void)
{
    if (!cpu_has_sysenter()) {
        ktap_plan(1);
        ktap_skip("exceptions at the first kernel instruction", "this CPU has no SYSENTER");
        return ktap_status();
    }
    ktap_plan(3);
    check_from_ring_3();
    check_from_elsewhere();
    return ktap_status();
}
