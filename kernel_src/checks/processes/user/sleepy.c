/* user/sleepy.c: waits for the clock, for a pipe, for room in one, for a child.
 *
 * It needs no CPU meanwhile: checks/idle.c looks where that is.
 */

#include "user/include/children.h"

#define TICKS 20

static void child(const int *ends)
{
    uint8_t bytes[PAGE_SIZE];

    sleep_ticks(TICKS);
    write(ends[1], "x", 1);              /* its parent waits for this, */
    write(ends[1], bytes, sizeof bytes); /* and for that; */
    write(ends[1], bytes, sizeof bytes); /* this one waits for its parent */
    sleep_ticks(TICKS);
    exit_with(0);
}

int main(void)
{
    static uint8_t bytes[2 * PAGE_SIZE];
    uint32_t done = 0;
    int ends[2];

    pipe(ends);
    if (fork() == 0) {
        child(ends);
    }
    done += (uint32_t)read(ends[0], bytes, 1);
    sleep_ticks(TICKS);
    while (done < 1 + sizeof bytes) {
        done += (uint32_t)read(ends[0], bytes, sizeof bytes);
    }
    wait4(-1, NULL, 0, NULL);
    return 0;
}
