/* checks/preemption.c: more processes than CPUs, none of which calls the kernel, under a clock that
 * interrupts all the time. */

#include "checks/timer.h"
#include "include/constants.h"
#include "kernel/checks.h"
#include "lib/ktap.h"

#define STORM_HZ 20000
#define INSTANCES (CPU_COUNT < 6 ? CPU_COUNT + 2 : 8) /* program_run() takes eight */

int check_preemption(void)
{
    int well;
    struct landings found = timer_landings(STORM_HZ, "storm", INSTANCES, &well);

    ktap_plan(3);
    ktap_true("all registers and pages stayed", well);
    ktap_true("the clock came often", found.user >= 100);
    ktap_true("and mostly to another process than before", found.switches >= found.user / 2);
    return ktap_status();
}
