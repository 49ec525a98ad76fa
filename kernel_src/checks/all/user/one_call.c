/* user/one_call.c: getpid(), with all arithmetic flags set, with every flag, and as at first.
 *
 * What checks/entry.c sets its breakpoints for: the first call comes back by SYSEXIT, the second
 * may take another way, which the third must not take after it. The second is also made with null
 * selectors, which must not stay in the kernel's exception handlers. Last comes one by int 0x80.
 */

#include "user/include/checks.h"

static int call(void (*enter)(void), uint32_t flags, uint32_t selector)
{
    struct registers before = registers_pattern(NR_getpid);
    struct registers after;
    uint32_t expected, got;

    before.eflags |= flags;
    before.ds = selector;
    before.es = selector;
    registers_call(&before, &after, enter);
    return registers_changed(&before, &after, &expected, &got) || (int32_t)after.eax <= 0;
}

int main(void)
{
    struct gate gates[GATES_MAX];

    uint32_t count = gates_find(gates);
    return call(gates[0].enter, EFLAGS_ARITHMETIC, SEL_USER_DATA) |
           call(gates[0].enter, EFLAGS_KEPT, 0) |
           call(gates[0].enter, EFLAGS_ARITHMETIC, SEL_USER_DATA) |
           call(gates[count - 1].enter, EFLAGS_KEPT, 0);
}
