/* user/sleepers.c: three children sleep, and wake in the order of their alarms, not of their birth.
 *
 * While all of them sleep the CPU does so too.
 */

#include "sys/time.h"
#include "user/include/user.h"

#define TICK_NANOSECONDS (1000000000 / TIMER_HZ)

static void sleep_and_tell(int ticks)
{
    const struct timespec time = {0, ticks * TICK_NANOSECONDS};

    nanosleep(&time, NULL);
    print("sleepers: %d ticks are over.\n", ticks);
    exit_with(0);
}

int main(void)
{
    static const int ticks[] = {30, 10, 20};

    for (int i = 0; i < 3; i++) {
        if (fork() == 0) {
            sleep_and_tell(ticks[i]);
        }
    }
    while (wait4(-1, NULL, 0, NULL) > 0) {
    }
    return 0;
}
