/* checks/rule.h: what the manual demands, and what an emulator is known to do instead.
 *
 * A rule is asked for by trying, not by the emulator's name or version: kept is a pass, broken in
 * the one way that is known is a result that was skipped, with the reason, and all else is a fault.
 */
#pragma once

#include <stdint.h>

struct rule {
    const char *text;
    int32_t demanded;
    int32_t known;       /* what comes of the deviation */
    const char *because; /* the deviation, and who is known for it; NULL: there is none */
};

/* One result, for what came of a try. */
void rule_result(const struct rule *rule, int32_t got);

/* A program that must be killed: `demanded` is the vector. */
struct rule_program {
    const char *program;
    struct rule rule;
};

#define SURVIVED (-1001) /* exit status 1: see user/fault.inc */

/* Run these, one after the other: a result for each. */
void rules_try(const struct rule_program *rows, uint32_t count);
