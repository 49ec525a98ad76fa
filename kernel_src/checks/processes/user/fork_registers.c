/* user/fork_registers.c: parent and child come out of fork() with the same registers, but for EAX.
 *
 * By every way into the kernel: SYSENTER has saved nothing, and SYSEXIT would lose ECX and EDX.
 */

#include "user/include/children.h"
#include "user/include/uses_sysenter.h"
#include "user/include/x87.h"

#define RESULTS_FOR_A_GATE 6

struct start {
    uint32_t flags, ds, fs, gs;
};

static const struct start starts[] = {
    {0, SEL_USER_DATA, 0, 0},
    {EFLAGS_ARITHMETIC, SEL_USER_DATA, SEL_USER_CODE, SEL_USER_DATA},
    {EFLAGS_KEPT, 0, SEL_USER_DATA, SEL_USER_CODE},
};

#define STARTS (sizeof starts / sizeof starts[0])

static const char *const texts[] = {"in the parent", "in the parent, other flags and selectors",
                                    "in the parent, every flag, ds null"};
static const char *const child_texts[] = {"in the child", "in the child, other flags and selectors",
                                          "in the child, every flag, ds null"};

static struct registers registers_of(const struct start *start)
{
    struct registers before = registers_pattern(NR_fork);

    before.eflags |= start->flags;
    before.ds = start->ds;
    before.fs = start->fs;
    before.gs = start->gs;
    return before;
}

static void check_fork(const struct gate *gate, uint32_t i)
{
    struct registers before = registers_of(&starts[i]);
    struct registers after;
    uint32_t expected, got;

    registers_call(&before, &after, gate->enter);
    const char *changed = registers_changed(&before, &after, &expected, &got);
    if (after.eax == 0) {
        exit_with(changed != NULL);
    }
    ktap_true(texts[i], changed == NULL && (int32_t)after.eax > 0);
    ktap_equal(child_texts[i], (uint32_t)status_of((long)after.eax), EXITED(0));
}

/* What is loaded stays in the registers over the call. */
static void check_x87(void)
{
    if (!x87_usable()) {
        ktap_skip("x87 and SSE registers in the parent", "this CPU has none");
        ktap_skip("x87 and SSE registers in the child", "this CPU has none");
        return;
    }
    x87_load(4711);
    long child = fork();
    int same = x87_holds(4711);
    if (child == 0) {
        x87_load(4712);
        exit_with(!same || !x87_holds(4712));
    }
    int status = status_of(child);
    ktap_true("x87 and SSE registers in the parent", same && x87_holds(4711));
    ktap_equal("x87 and SSE registers in the child", (uint32_t)status, EXITED(0));
}

static const char some_byte[] = "x";

/* fork() by SYSENTER, single-stepped: what comes behind it, who gets there says through a pipe. */
static void fork_stepped(int write_end)
{
    __asm__ volatile("leal -64(%%esp), %%ebp\n\t"
                     "movl $1f, 12(%%ebp)\n\t"
                     "pushfl\n\t"
                     "orl %[tf], (%%esp)\n\t"
                     "popfl\n\t"
                     "sysenter\n"
                     "1:\tmovl %[write], %%eax\n\t"
                     "movl %[text], %%ecx\n\t"
                     "movl $1, %%edx\n\t"
                     "int $0x80\n\t"
                     "ud2"
                     :
                     : [tf] "i"(EFLAGS_TF), [write] "i"(NR_write), "a"(NR_fork),
                       "b"(write_end), [text] "i"(some_byte)
                     : "cc", "memory");
}

/* TF is in the kernel's mind only, while a call by SYSENTER lasts. */
static void check_stepped(void)
{
    const char *text = "a child of one that is stepped is stepped, too";
    int ends[2];
    char byte;

    if (!uses_sysenter()) {
        ktap_skip(text, "this CPU has no SYSENTER");
        return;
    }
    pipe(ends);
    long child = fork();
    if (child == 0) {
        fork_stepped(ends[1]);
    }
    close(ends[1]);
    ktap_equal(text, (uint32_t)status_of(child) << 8 | (uint32_t)read(ends[0], &byte, 1),
               KILLED_BY(SIGTRAP) << 8);
    close(ends[0]);
}

int main(void)
{
    struct gate gates[GATES_MAX];
    uint32_t count = gates_find(gates);

    ktap_plan(count * RESULTS_FOR_A_GATE + 2 + 1);
    for (uint32_t gate = 0; gate < count; gate++) {
        for (uint32_t i = 0; i < STARTS; i++) {
            check_fork(&gates[gate], i);
        }
    }
    check_x87();
    check_stepped();
    return ktap_status();
}
