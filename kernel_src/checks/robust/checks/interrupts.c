/* checks/interrupts.c: what nobody waits for: an NMI is counted, a spurious interrupt is nothing.
 *
 * INT goes through the same gates (SDM 3A 6.3.3). To the CPU it is no NMI: it keeps no others out.
 */

#include "include/constants.h"
#include "kernel/checks.h"
#include "kernel/suite.h"
#include "lib/ktap.h"

int check_interrupts(void)
{
    uint32_t before = nmi_count;

    ktap_plan(2);
    __asm__ volatile("int %0" : : "i"(VECTOR_NMI) : "memory");
    ktap_equal("an NMI is counted", nmi_count - before, 1);
    nmi_count = before; /* the suite tells of real ones */
    __asm__ volatile("int %0" : : "i"(FIRST_IRQ_VECTOR + IRQ_SPURIOUS) : "memory");
    ktap_true("a spurious interrupt does nothing", 1);
    return ktap_status();
}
