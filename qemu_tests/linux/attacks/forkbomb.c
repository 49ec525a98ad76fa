/* forkbomb.c: every process makes as many as it gets, and one signal ends them all. */
#include "attack.h"

static volatile int *odd; /* shared: an errno that fork() should not give */

int attack(int argc, char **argv)
{
    int bomb;
    (void)argc;
    (void)argv;
    odd = pages(1, MAP_SHARED);
    bomb = call(fork);
    if (bomb == 0) {
        call(setpgid, 0, 0);
        for (;;) {
            int result = call(fork);
            if (result < 0 && result != -EAGAIN && result != -ENOMEM)
                *odd = result;
        }
    }
    check(bomb > 0);
    call(setpgid, bomb, bomb);
    sleep_ms(500);
    check_is(call(kill, -bomb, SIGKILL), 0);
    check_is(wait_for(bomb), SIGKILL);
    while (call(kill, -bomb, SIGKILL) == 0)
        sleep_ms(10); /* init still has to ask after the last ones */
    check_is(*odd, 0);
    return 0;
}
