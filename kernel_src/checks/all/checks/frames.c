/* checks/frames.c: programs come and go, and every page frame comes back.
 *
 * Each runs once before the count, because kernel stacks stay mapped for the next process.
 */

#include "checks/run.h"
#include "kernel/checks.h"
#include "kernel/suite.h"
#include "lib/ktap.h"
#include "mm/mm.h"

/* Two of each at once; some exit, some are killed, the last has a bitmap of its ports. */
static const char *const names[] = {"one-call",       "ud2",   "write-kernel",
                                    "stack-overflow", "yield", "port-last-word"};

#define NAMES (sizeof names / sizeof names[0])

static void run(const char *name)
{
    struct process *first = check_start(name);
    struct process *second = check_start(name);

    if (first) {
        check_end(first);
    }
    if (second) {
        check_end(second);
    }
}

int check_frames(void)
{
    for (uint32_t i = 0; i < NAMES; i++) {
        run(names[i]);
    }
    ktap_plan(NAMES);
    for (uint32_t i = 0; i < NAMES; i++) {
        uint32_t before = check_frames_used();
        run(names[i]);
        if (program_find(names[i])) {
            ktap_equal(names[i], check_frames_used(), before);
        } else {
            ktap_skip(names[i], "this kernel has no such program");
        }
    }
    return ktap_status();
}
