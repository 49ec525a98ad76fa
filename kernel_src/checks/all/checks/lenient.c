/* checks/lenient.c: programs that a real CPU kills, but not every emulator. */

#include "checks/rule.h"
#include "include/structs.h"
#include "kernel/checks.h"
#include "lib/ktap.h"

static const struct rule_program rows[] = {
    {"alignment",
     {"AC: an unaligned word with EFLAGS.AC set", VECTOR_AC, SURVIVED,
      "this emulator does not look, as QEMU without KVM"}},
    {"null-segment",
     {"GP: memory by way of a null selector", VECTOR_GP, SURVIVED,
      "this emulator does not look, as QEMU without KVM"}},
    {"icebp", {"DB: INT1", VECTOR_DB, VECTOR_UD, "this emulator does not know it, as QEMU 7.2"}},
};

#define ROWS (sizeof rows / sizeof rows[0])

int check_lenient(void)
{
    ktap_plan(ROWS);
    rules_try(rows, ROWS);
    return ktap_status();
}
