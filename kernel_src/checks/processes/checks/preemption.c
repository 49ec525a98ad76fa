/* checks/preemption.c: more processes than CPUs, under a clock that interrupts all the time.
 *
 * No program calls the kernel.
 */

#include "checks/timer.h"
#include "include/constants.h"
#include "kernel/checks.h"
#include "lib/ktap.h"

#define STORM_HZ 20000
#define OFTEN 100
#define RUNS_MAX 10 /* one is enough, unless the clock is that of a host that has much to do */
#define INSTANCES (CPU_COUNT < 6 ? CPU_COUNT + 2 : 8) /* program_run() takes eight */

int check_preemption(void)
{
    int well;
    struct landings found = timer_landings(STORM_HZ, "storm", INSTANCES, &well);

    for (int run = 1; CPU_COUNT == 1 && run < RUNS_MAX && found.user < OFTEN; run++) {
        int again;
        struct landings more = timer_landings(STORM_HZ, "storm", INSTANCES, &again);
        found.user += more.user;
        found.switches += more.switches;
        well &= again;
    }
    ktap_plan(3);
    ktap_true("all registers and pages stayed", well);
    if (CPU_COUNT > 1) {
        ktap_skip("the clock came often", "it is the host's, and comes when that has time");
        ktap_skip("and to another process than before", "each may have had a CPU for itself");
    } else {
        ktap_true("the clock came often", found.user >= OFTEN);
        ktap_true("and to another process than before", found.switches >= found.user / 2);
    }
    return ktap_status();
}
