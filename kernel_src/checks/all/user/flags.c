/* user/flags.c: every flag is kept over a call, whatever it does to the kernel meanwhile.
 *
 * An interrupt gate clears TF and NT on the way in, SYSENTER neither. DF, AC and ID come along by
 * both ways. The kernel must not run its C code with DF set, must not execute IRET with NT set, and
 * must give all of them back. TF is looked at in user/faults_sysenter.asm.
 */

#include "sys/check_arguments.h"
#include "user/include/checks.h"

struct flag {
    const char *set;
    const char *clear;
    uint32_t bit;
};

static const struct flag flags[] = {
    {"CF set", "all but CF set", EFLAGS_CF}, {"PF set", "all but PF set", EFLAGS_PF},
    {"AF set", "all but AF set", EFLAGS_AF}, {"ZF set", "all but ZF set", EFLAGS_ZF},
    {"SF set", "all but SF set", EFLAGS_SF}, {"OF set", "all but OF set", EFLAGS_OF},
    {"DF set", "all but DF set", EFLAGS_DF}, {"NT set", "all but NT set", EFLAGS_NT},
    {"AC set", "all but AC set", EFLAGS_AC}, {"ID set", "all but ID set", EFLAGS_ID},
};

#define FLAGS (sizeof flags / sizeof flags[0])

static void check_kept(const struct gate *gate, const char *text, uint32_t set)
{
    struct registers before = registers_pattern(NR_getpid);

    before.eflags |= set;
    check_call(gate, text, &before, (uint32_t)getpid());
}

/* Every combination of the arithmetic flags: the way out may put them together bit by bit. */
static void check_arithmetic(const struct gate *gate)
{
    struct registers before = registers_pattern(NR_getpid);
    struct registers after;
    uint32_t set = 0;

    do {
        /* The next subset of the bits; 0 after the last. */
        set = (set - EFLAGS_ARITHMETIC) & EFLAGS_ARITHMETIC;
        before.eflags = EFLAGS_ALWAYS_1 | EFLAGS_IF | set;
        registers_call(&before, &after, gate->enter);
    } while ((after.eflags & EFLAGS_ARITHMETIC) == set && set != 0);
    ktap_equal("every combination of the arithmetic flags", after.eflags & EFLAGS_ARITHMETIC, set);
}

/* What the kernel itself runs with while the program has every flag set. */
static void check_in_kernel(const struct gate *gate)
{
    struct registers before = registers_pattern(NR_check_arguments);
    struct registers after;

    before.ebx = CHECK_ASK_FLAGS;
    before.eflags |= EFLAGS_KEPT;
    registers_call(&before, &after, gate->enter);
    ktap_equal("DF is clear in the kernel", after.eax & EFLAGS_DF, 0);
    ktap_equal("TF is clear in the kernel", after.eax & EFLAGS_TF, 0);
    ktap_equal("NT is clear in the kernel", after.eax & EFLAGS_NT, 0);
    ktap_equal("IF is clear in the kernel", after.eax & EFLAGS_IF, 0);
}

int main(void)
{
    struct gate gates[GATES_MAX];
    uint32_t count = gates_find(gates);

    ktap_plan(count * (FLAGS * 2 + 5));
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t flag = 0; flag < FLAGS; flag++) {
            check_kept(&gates[i], flags[flag].set, flags[flag].bit);
            check_kept(&gates[i], flags[flag].clear, EFLAGS_KEPT & ~flags[flag].bit);
        }
        check_arithmetic(&gates[i]);
        check_in_kernel(&gates[i]);
    }
    return ktap_status();
}
