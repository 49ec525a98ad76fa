/* user/smap.c: goes into the kernel by every way, with AC set. See checks/smap.c.
 *
 * Exits with 1 if it was set in the kernel; with 2, or 3, if that could read what is the program's.
 */

#include "sys/check_arguments.h"
#include "user/include/checks.h"

static uint32_t ask(const struct gate *gate, uint32_t question, uint32_t about)
{
    struct registers before = registers_pattern(NR_check_arguments);
    struct registers after;

    before.ebx = question;
    before.ecx = about;
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
        status |= (ask(&gates[i], CHECK_ASK_FLAGS, 0) & EFLAGS_AC) != 0;
        status |= ask(&gates[i], CHECK_ASK_READ, (uint32_t)gates) != 0 ? 2 : 0;
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
