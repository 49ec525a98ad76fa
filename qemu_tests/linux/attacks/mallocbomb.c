/* mallocbomb.c: processes that take all memory there is end by SIGKILL; nobody else does. */
#include "attack.h"

static void take_all(void)
{
    for (;;) {
        char *memory = pages(256, MAP_PRIVATE);
        if ((u32)memory > -4096u)
            leave(3);
        for (int i = 0; i < 256; i++)
            memory[i * PAGE_BYTES] = 1;
    }
}

/* The heap does the same, and has no limit but memory. */
static void grow(void)
{
    char *end = (char *)call(brk, 0);
    for (;;) {
        char *more = (char *)call(brk, end + PAGE_BYTES);
        if (more == end)
            leave(3);
        *end = 1;
        end = more;
    }
}

/* A handler for SIGALRM, and alarms all the time: a signal that is on its way is no reason to be
 * ended instead of the one that has most. */
static void nothing(int signal)
{
    (void)signal;
}

static void small_but_busy(void)
{
    const int every_ms[] = {0, 10000, 0, 10000};
    handle(SIGALRM, nothing, 0);
    call(setitimer, 0, every_ms, 0);
    for (int i = 0; i < 3000; i++) {
        char *memory = pages(8, MAP_PRIVATE);
        if ((u32)memory > -4096u)
            continue;
        for (int j = 0; j < 8; j++)
            memory[j * PAGE_BYTES] = 1;
        call(munmap, memory, 8 * PAGE_BYTES);
    }
    leave(0);
}

int attack(int argc, char **argv)
{
    int first, second, busy;
    (void)argc;
    (void)argv;
    first = call(fork);
    if (first == 0)
        take_all();
    second = call(fork);
    if (second == 0)
        grow();
    busy = call(fork);
    if (busy == 0)
        small_but_busy();
    check_is(wait_for(first), SIGKILL);
    check_is(wait_for(second), SIGKILL);
    check_is(wait_for(busy), 0);
    return 0;
}
