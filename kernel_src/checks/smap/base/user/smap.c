/* user/smap.c: sets AC and goes into the kernel by every way: for checks/smap.c. */

#include "sys/check_arguments.h"
#include "user/include/checks.h"

static uint32_t flags_in_kernel(const struct gate *gate)
{
    struct registers before = registers_pattern(NR_check_arguments);
    struct registers after;

    before.ebx = CHECK_ASK_FLAGS;
    before.eflags |= EFLAGS_AC;
    registers_call(&before, &after, gate->enter);
    return after.eax;
}

int main(void)
{
    struct gate gates[GATES_MAX];
    uint32_t count = gates_find(gates);
    int status = 0;

    for (uint32_t i = 0; i < count; i++) {
        status |= (flags_in_kernel(&gates[i]) & EFLAGS_AC) != 0;
    }
    __asm__ volatile("pushfl\n\t"
                     "pushfl\n\t"
                     "orl %0, (%%esp)\n\t"
                     "popfl\n\t"
                     "int3\n\t"
                     "popfl"
                     :
                     : "i"(EFLAGS_AC)
                     : "memory", "cc");
    return status;
}
