/* checks/preemption.c: more processes than CPUs, under a clock that interrupts all the time.
 *
 * No program calls the kernel.
 */

#include "checks/timer.h"
#include "include/constants.h"
#include "kernel/checks.h"
#include "lib/ktap.h"

#define STORM_HZ 20000
/* Several CPUs run in the time of the host, which lets the clock come when it likes. */
#define INSTANCES (CPU_COUNT < 6 ? CPU_COUNT + 2 : 8) /* program_run() takes eight */

int check_preemption(void)
{
    int well;
    struct landings found = timer_landings(STORM_HZ, "storm", INSTANCES, &well);

    ktap_plan(3);
    ktap_true("all registers and pages stayed", well);
    ktap_true("the clock came often", found.user >= (CPU_COUNT == 1 ? 100 : 2));
    ktap_true("and to another process than before",
              found.switches >= (CPU_COUNT == 1 ? found.user / 2 : 2));
    return ktap_status();
}
