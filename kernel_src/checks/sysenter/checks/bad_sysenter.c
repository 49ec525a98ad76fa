/* checks/bad_sysenter.c: runs the programs of user/bad_sysenter.asm, and knows what must kill each.
 *
 * Only where the CPU has SYSENTER: without, the MSRs are not written, and the instruction itself is
 * an exception: #UD (SDM 2B, SYSENTER).
 */

#include "checks/cpu_has.h"
#include "checks/entry.h"
#include "checks/rule.h"
#include "checks/run.h"
#include "include/structs.h"
#include "kernel/checks.h"
#include "lib/ktap.h"
#include "lib/linux_errno.h"
#include "user/include/fast_return.h"

static const struct {
    const char *program;
    int32_t killed_by;
    int is_made; /* the call */
    const char *text;
} rows[] = {
    {"ebp-null", VECTOR_PF, 0, "ebp 0"},
    {"ebp-garbage", VECTOR_PF, 0, "ebp in no man's land"},
    {"ebp-kernel", VECTOR_PF, 0, "ebp in the kernel"},
    {"ebp-kstack", VECTOR_PF, 0, "ebp in a kernel stack"},
    {"ebp-user-top", VECTOR_PF, 0, "ebp at the first kernel byte"},
    {"ebp-last-word", VECTOR_PF, ESP_MOVED > 0, "ebp at the last word of the program's memory"},
    {"ebp-return-top", VECTOR_PF, ESP_MOVED > 0,
     "ebp where a return address would reach the kernel"},
    {"ebp-top", VECTOR_PF, 0, "ebp a byte below the kernel's"},
    {"ebp-bottom", VECTOR_PF, 0, "ebp half below the stack"},
    {"ebp-wraps", VECTOR_PF, 0, "ebp 0xffffffff"},
    {"ebp-wraps-later", VECTOR_PF, 0, "ebp 0xfffffff4"},
    {"ebp-return", VECTOR_PF, 0, "ebp where the kernel has a return address"},
    {"ebp-number", VECTOR_PF, 0, "bad ebp and bad number"},
    {"step", VECTOR_DB, 1, "single step over SYSENTER"},
    {"step-nested", VECTOR_DB, 1, "single step over SYSENTER with NT set"},
    {"step-garbage", VECTOR_PF, 0, "single step over SYSENTER with a bad ebp"},
    {"ebp-flags", VECTOR_PF, 0, "bad ebp, odd flags, and a pattern in each register"},
};

#define ROWS (sizeof rows / sizeof rows[0])
#define STEPS 3 /* of the rows step through SYSENTER */

/* Nobody is left to look at the result, or at what else the kernel gave back: it stands in what the
 * kernel saved when the exception came. With SMAP the kernel sets AC while it reads at EBP. */
static void check_result(uint32_t row, int32_t end)
{
    const struct pt_regs *regs = &check_last_regs;
    int is_made = (int32_t)regs->eax > 0; /* getpid() */
    int is_refused = regs->eax == (uint32_t)-LINUX_EFAULT;

    if (end != rows[row].killed_by) {
        ktap_equal(rows[row].text, (uint32_t)end, (uint32_t)rows[row].killed_by);
    } else {
        ktap_true(rows[row].text,
                  (rows[row].is_made ? is_made : is_refused) && (regs->eflags & EFLAGS_AC) == 0);
    }
}

/* Of the last row. */
static void check_kept(void)
{
    const struct pt_regs *regs = &check_last_regs;

    ktap_true("ebx, ecx, edx, esi, edi are kept",
              regs->ebx == 0xb1b2b3b4 && regs->ecx == 0xc1c2c3c4 && regs->edx == 0xd1d2d3d4 &&
                  regs->esi == 0x51525354 && regs->edi == 0x61626364);
    ktap_equal("ebp", regs->ebp, ESP_MOVED > 0 ? 0x5a5a5a5a : 0);
    ktap_equal("the flags are kept", regs->eflags & (EFLAGS_DF | EFLAGS_IF), EFLAGS_DF | EFLAGS_IF);
}

static void check_all(void)
{
    uint32_t steps = check_kernel_steps;

    for (uint32_t i = 0; i < ROWS; i++) {
        struct process *process = check_start(rows[i].program);
        check_result(i, process ? check_end(process) : -1);
    }
    check_kept();
    /* One each: to go on stepping inside the kernel would be slow, and not asked for. */
    ktap_equal("single steps in the kernel", check_kernel_steps - steps, STEPS);
}

static void check_all_without(void)
{
    for (uint32_t i = 0; i < ROWS; i++) {
        struct process *process = check_start(rows[i].program);
        const struct rule rule = {rows[i].text, VECTOR_UD, VECTOR_GP,
                                  "this emulator has it on every CPU model, as QEMU"};
        rule_result(&rule, process ? check_end(process) : -1);
    }
}

int check_bad_sysenter(void)
{
    if (cpu_has_sysenter()) {
        ktap_plan(ROWS + 4);
        check_all();
    } else {
        ktap_plan(ROWS);
        check_all_without();
    }
    return ktap_status();
}
