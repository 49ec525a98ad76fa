/* checks/rule.c: results of rules that not every emulator keeps. */

#include "checks/rule.h"

#include "checks/run.h"
#include "lib/ktap.h"
#include "lib/lib.h"

void rule_result(const struct rule *rule, int32_t got)
{
    if (rule->because && got == rule->known) {
        ktap_skip(rule->text, rule->because);
    } else {
        ktap_equal(rule->text, (uint32_t)got, (uint32_t)rule->demanded);
    }
}

void rules_try(const struct rule_program *rows, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct process *process = check_start(rows[i].program);
        rule_result(&rows[i].rule, process ? check_end(process) : 0);
    }
}
