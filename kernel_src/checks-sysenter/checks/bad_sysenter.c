/* checks/bad_sysenter.c: runs the programs of user/bad_sysenter.asm, and knows what must kill each.
 *
 * Only where the CPU has SYSENTER: without, the MSRs are not written, and the instruction itself is
 * an exception: #UD (SDM 2B, SYSENTER).
 */

#include "checks/entry.h"
#include "checks/rule.h"
#include "checks/run.h"
#include "include/structs.h"
#include "kernel/checks.h"
#include "lib/ktap.h"
#include "lib/sysenter_rule.h"

static const struct {
    const char *program;
    int32_t killed_by;
    const char *text;
} rows[] = {
    {"ebp-null", VECTOR_PF, "ebp 0"},
    {"ebp-garbage", VECTOR_PF, "ebp in no man's land"},
    {"ebp-kernel", VECTOR_PF, "ebp in the kernel"},
    {"ebp-kstack", VECTOR_PF, "ebp in a kernel stack"},
    {"ebp-user-top", VECTOR_PF, "ebp at the first kernel byte"},
    {"ebp-last-word", VECTOR_PF, "ebp at the last word of the program's memory"},
    {"ebp-top", VECTOR_PF, "ebp half below the kernel"},
    {"ebp-bottom", VECTOR_PF, "ebp half below the stack"},
    {"ebp-wraps", VECTOR_PF, "ebp 0xffffffff"},
    {"ebp-wraps-later", VECTOR_PF, "ebp 0xfffffff4"},
    {"ebp-return", VECTOR_PF, "ebp where the kernel has a return address"},
    {"ebp-number", VECTOR_PF, "bad ebp and bad number"},
    {"step", VECTOR_DB, "single step over SYSENTER"},
    {"step-nested", VECTOR_DB, "single step over SYSENTER with NT set"},
    {"step-garbage", VECTOR_PF, "single step over SYSENTER with a bad ebp"},
};

#define ROWS (sizeof rows / sizeof rows[0])

int check_bad_sysenter(void)
{
    uint32_t steps = check_kernel_steps;

    ktap_plan(ROWS + 1);
    for (uint32_t i = 0; i < ROWS; i++) {
        struct process *process = check_start(rows[i].program);
        int32_t end = process ? check_end(process) : -1;
        if (sysenter_usable(&cpu_features)) {
            ktap_equal(rows[i].text, (uint32_t)end, (uint32_t)rows[i].killed_by);
        } else {
            const struct rule rule = {rows[i].text, VECTOR_UD, VECTOR_GP,
                                      "this emulator has it on every CPU model, as QEMU"};
            rule_result(&rule, end);
        }
    }
    /* One each for the last three: to go on stepping inside the kernel would be slow, and not asked
     * for. */
    ktap_equal("single steps in the kernel", check_kernel_steps - steps,
               sysenter_usable(&cpu_features) ? 3 : 0);
    return ktap_status();
}
