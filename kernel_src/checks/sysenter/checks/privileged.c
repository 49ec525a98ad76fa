/* checks/privileged.c: instructions of the kernel's that not every CPU has, in ring 3.
 *
 * On a CPU without MSRs, or without SYSENTER, they are undefined (SDM 2B, RDMSR, WRMSR and SYSEXIT:
 * #UD); on one that has them, they are #GP(0) above ring 0.
 */

#include "checks/cpu_has.h"
#include "checks/rule.h"
#include "include/structs.h"
#include "kernel/checks.h"
#include "lib/ktap.h"

#define ROWS 3

static const struct rule_program there[ROWS] = {
    {"rdmsr", {"GP: RDMSR in ring 3", VECTOR_GP, 0, NULL}},
    {"wrmsr", {"GP: WRMSR in ring 3", VECTOR_GP, 0, NULL}},
    {"sysexit", {"GP: SYSEXIT in ring 3", VECTOR_GP, 0, NULL}},
};

#define BECAUSE "this emulator has it on every CPU model, as QEMU"

static const struct rule_program not_there[ROWS] = {
    {"rdmsr", {"UD: RDMSR on a CPU without", VECTOR_UD, VECTOR_GP, BECAUSE}},
    {"wrmsr", {"UD: WRMSR on a CPU without", VECTOR_UD, VECTOR_GP, BECAUSE}},
    {"sysexit", {"UD: SYSEXIT on a CPU without", VECTOR_UD, VECTOR_GP, BECAUSE}},
};

int check_privileged(void)
{
    int has_msr = cpu_has_msr();

    ktap_plan(ROWS);
    rules_try(has_msr ? &there[0] : &not_there[0], 2);
    rules_try(cpu_has_sysenter() ? &there[2] : &not_there[2], 1);
    return ktap_status();
}
