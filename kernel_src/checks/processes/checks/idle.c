/* checks/idle.c: while all processes sleep, the CPU does so too: HLT, until the next interrupt.
 *
 * A program that sleeps and waits nearly all the time is run. Wherever the clock's interrupts find
 * the CPU, that is what it does.
 */

#include "checks/timer.h"
#include "dev/dev.h"
#include "include/constants.h"
#include "kernel/checks.h"
#include "lib/ktap.h"

#define EXPECTED_TICKS 42 /* at least so long does user/sleepy.c sleep: twice 20, and to the next */

int check_idle(void)
{
    int well;
    uint32_t start = timer_ticks;
    struct landings found = timer_landings(10 * TIMER_HZ, "sleepy", 1, &well);
    uint32_t ticks = timer_ticks - start;
    uint32_t all = found.halted + found.user + found.kernel;

    ktap_plan(4);
    ktap_true("all that was waited for came", well);
    ktap_true("in its time", ticks >= EXPECTED_TICKS);
    if (CPU_COUNT > 1) { /* the clock is the host's: it looks many times at once if that was busy */
        ktap_true("when the clock looked, the CPU slept", found.halted > 0);
    } else {
        ktap_true("of ten times that the clock looked, the CPU slept nine",
                  found.halted * 10 >= all * 9);
    }
    ktap_equal("and never was it busy in the kernel", found.kernel, 0);
    return ktap_status();
}
