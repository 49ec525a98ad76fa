/* user/one_call.c: one getpid() with every flag set that may be: what checks/entry.c sets its breakpoints for. */

#include "user/include/checks.h"

int main(void)
{
    struct gate gates[GATES_MAX];
    struct registers before = registers_pattern(NR_getpid);
    struct registers after;
    uint32_t expected, got;

    gates_find(gates);
    before.eflags |= EFLAGS_KEPT;
    registers_call(&before, &after, gates[0].enter);
    return registers_changed(&before, &after, &expected, &got) || (int32_t)after.eax <= 0;
}
