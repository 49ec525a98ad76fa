/* user/lib/gates.c: the ways into this kernel. */

#include "user/include/checks.h"
#include "user/include/gate.h"

uint32_t gates_find(struct gate *gates)
{
    gates[0] = (struct gate){"fast gate", fast_gate};
    gates[1] = (struct gate){"int 0x80", int80_gate};
    return 2;
}
