/* terminal.c: a flood for the terminal, from several processes at once. */
#include "attack.h"

enum { WRITERS = 4, BYTES = 16384 };

static char line[BYTES];

int attack(int argc, char **argv)
{
    int child[WRITERS];
    (void)argc;
    (void)argv;
    for (int i = 0; i < BYTES; i++)
        line[i] = i % 64 == 0 ? '\n' : '.';
    line[1] = '#';
    for (int i = 0; i < WRITERS; i++) {
        child[i] = call(fork);
        if (child[i] == 0) {
            check_is(call(write, 1, line, BYTES), BYTES);
            leave(0);
        }
    }
    for (int i = 0; i < WRITERS; i++)
        check_is(wait_for(child[i]), 0);
    check_is(call(write, 1, 0xbfffff00, 0x100), 0x100); /* whatever lies at the stack's top */
    put("\n");
    return 0;
}
