/* checks/lenient.c: programs that a real CPU kills, but not every emulator.
 *
 * QEMU 7.2 without KVM knows neither #AC nor null selectors in flat segments, and takes INT1 for an
 * undefined instruction.
 */

#include "checks/run.h"
#include "include/structs.h"
#include "kernel/checks.h"
#include "lib/ktap.h"

#define SURVIVED (-1001) /* exit status 1: see user/fault.inc */

static const struct {
    const char *program;
    int32_t killed_by;
    int32_t emulated; /* how it may end on an emulator */
    const char *text;
} rows[] = {
    {"alignment", VECTOR_AC, SURVIVED, "AC: an unaligned word with EFLAGS.AC set"},
    {"null-segment", VECTOR_GP, SURVIVED, "GP: memory by way of a null selector"},
    {"icebp", VECTOR_DB, VECTOR_UD, "DB: INT1"},
};

#define ROWS (sizeof rows / sizeof rows[0])

int check_lenient(void)
{
    ktap_plan(ROWS);
    for (uint32_t i = 0; i < ROWS; i++) {
        struct process *process = check_start(rows[i].program);
        int32_t end = process ? check_end(process) : 0;
        if (end == rows[i].emulated) {
            ktap_skip(rows[i].text, "this emulator does not know it");
        } else {
            ktap_equal(rows[i].text, (uint32_t)end, (uint32_t)rows[i].killed_by);
        }
    }
    return ktap_status();
}
