/* user/turns.c: who never gives the CPU up loses it all the same.
 *
 * One process more than there are CPUs, and none of them ever calls the kernel. The clock does.
 */

#include "sys/time.h"
#include "user/include/user.h"

#define TICK_NANOSECONDS (1000000000 / TIMER_HZ)
#define ROUNDS 3

static long start_greedy(void)
{
    long child = fork();

    while (child == 0) {
    }
    return child;
}

int main(void)
{
    const struct timespec tick = {0, TICK_NANOSECONDS};
    long greedy[CPU_COUNT];

    for (int i = 0; i < CPU_COUNT; i++) {
        greedy[i] = start_greedy();
    }
    for (int round = 1; round <= ROUNDS; round++) {
        nanosleep(&tick, NULL);
        print("turns: it is my turn again, for the %d. time.\n", round);
    }
    for (int i = 0; i < CPU_COUNT; i++) {
        kill((int)greedy[i], SIGKILL);
        wait4((int)greedy[i], NULL, 0, NULL);
    }
    return 0;
}
