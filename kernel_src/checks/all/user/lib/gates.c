/* user/lib/gates.c: the ways into this kernel: there is one. */

#include "user/include/checks.h"

uint32_t gates_find(struct gate *gates)
{
    gates[0] = (struct gate){"int 0x80", int80_gate};
    return 1;
}
