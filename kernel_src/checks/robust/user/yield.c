/* user/yield.c: four processes of this program take turns, and none notices the others.
 *
 * Each has registers, selectors, flags and stack contents of its own. Every other one goes through
 * the fast gate with NT set: SYSENTER does not clear it, and if the kernel carried it over to
 * another process, that one's IRET out of its `int 0x80` would try to switch tasks (SDM 2A, IRET).
 * Quiet, because several reports at once would mix: the exit status tells.
 */

#include "lib/lib.h"
#include "sys/check_arguments.h"
#include "user/include/checks.h"

#define ROUNDS 100
#define STACK_WORDS 512

static int fail(const char *what, uint32_t got, uint32_t expected)
{
    print("# yield, pid %d: %s: expected 0x%x, got 0x%x\n", (int)getpid(), what, expected, got);
    return 1;
}

/* Of some all flags, and of the same each alone: they are looked at together, on the way in. */
static struct registers own_registers(uint32_t pid, uint32_t round)
{
    uint32_t some = round % 2 ? EFLAGS_KEPT : EFLAGS_KEPT & 1u << round / 2 % 32;
    struct registers before = registers_pattern(NR_sched_yield);

    for (uint32_t *word = &before.ebx; word <= &before.ebp; word++) {
        *word ^= pid * 0x01010101;
    }
    before.fs = pid % 2 ? SEL_USER_DATA : SEL_USER_CODE;
    before.gs = pid % 2 ? 0 : SEL_USER_DATA;
    before.eflags |= pid / 2 % 2 ? EFLAGS_CF : some; /* by either gate */
    return before;
}

static int one_round(const struct gate *gate, uint32_t pid, uint32_t round)
{
    struct registers before = own_registers(pid, round);
    struct registers after;
    uint32_t expected, got;

    registers_call(&before, &after, gate->enter);
    const char *changed = registers_changed(&before, &after, &expected, &got);
    if (changed) {
        return fail(changed, got, expected);
    }
    if (after.eax != 0) {
        return fail("result", after.eax, 0);
    }
    return getpid() == (long)pid ? 0 : fail("pid", (uint32_t)getpid(), pid);
}

int main(void)
{
    uint32_t stack[STACK_WORDS];
    uint32_t pid = (uint32_t)getpid();
    struct gate gates[GATES_MAX];
    uint32_t count = gates_find(gates);
    /* Even ones by the first gate, odd ones by the last. */
    const struct gate *gate = &gates[pid % 2 ? count - 1 : 0];

    for (uint32_t i = 0; i < STACK_WORDS; i++) {
        stack[i] = pid * 0x10001 + i;
    }
    uint32_t turns =
        (uint32_t)system_call(NR_check_arguments, (long)CHECK_ASK_TURNS, 0, 0, 0, 0, 0);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        if (one_round(gate, pid, round) != 0) {
            return 1;
        }
        system_call(NR_check_arguments, (long)CHECK_ASK_TURNS, 0, 0, 0, 0, 0);
    }
    for (uint32_t i = 0; i < STACK_WORDS; i++) {
        if (((volatile uint32_t *)stack)[i] != pid * 0x10001 + i) {
            return fail("stack", stack[i], pid * 0x10001 + i);
        }
    }
    turns = (uint32_t)system_call(NR_check_arguments, (long)CHECK_ASK_TURNS, 0, 0, 0, 0, 0) - turns;
    /* Each of the others has its turn in each round. On several CPUs one may have its own. */
    return CPU_COUNT > 1 || turns >= 3 * ROUNDS ? 0 : fail("turns", turns, 4 * ROUNDS);
}
