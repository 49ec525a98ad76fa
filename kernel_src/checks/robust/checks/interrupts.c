/* checks/interrupts.c: what nobody waits for: an NMI is counted, a spurious interrupt is nothing.
 *
 * INT goes through the same gates (SDM 3A 6.3.3). To the CPU it is no NMI: it keeps no others out.
 */

#include "include/constants.h"
#include "kernel/checks.h"
#include "kernel/suite.h"
#include "lib/ktap.h"

static uint32_t flags_after_nmi(uint32_t flags)
{
    __asm__ volatile("pushl %0\n\tpopfl\n\tint %1\n\tpushfl\n\tpopl %0"
                     : "+r"(flags)
                     : "i"(VECTOR_NMI)
                     : "memory", "cc");
    return flags;
}

int check_interrupts(void)
{
    uint32_t before = nmi_count;
    uint32_t clear = flags_after_nmi(EFLAGS_ALWAYS_1);
    uint32_t set = flags_after_nmi(EFLAGS_ALWAYS_1 | EFLAGS_ARITHMETIC);

    ktap_plan(3);
    ktap_equal("an NMI is counted", nmi_count - before, 2);
    ktap_equal("and keeps the flags", set << 16 | clear,
               (EFLAGS_ALWAYS_1 | EFLAGS_ARITHMETIC) << 16 | EFLAGS_ALWAYS_1);
    nmi_count = before; /* the suite tells of real ones */
    __asm__ volatile("int %0" : : "i"(FIRST_IRQ_VECTOR + IRQ_SPURIOUS) : "memory");
    ktap_true("a spurious interrupt does nothing", 1);
    return ktap_status();
}
