/* kernel/suite.c: runs the programs one by one and reports, as KTAP, if each ended as it must. */

#include "kernel/suite.h"

#include "dev/dev.h"
#include "lib/lib.h"
#include "proc/process.h"

/* Title; program; what must kill it. */
static const struct suite_entry suite[] = {
    {"hello", "hello", NOT_KILLED},
    {"trespass: killed by a page fault, and the kernel lives", "trespass", VECTOR_PF},
};

#define LENGTH ((uint32_t)(sizeof suite / sizeof suite[0]))

static int program_run(const struct suite_entry *entry)
{
    const struct program *program = programs;

    while (program->name && strcmp(program->name, entry->program) != 0) {
        program++;
    }
    struct process *process = program->name ? process_create(program) : NULL;
    if (!process) {
        print("# %s: is no program that can be run\n", entry->program);
        return 0;
    }
    switch_to(process); /* comes back when it has ended */
    int well = process->killed_by == entry->killed_by && process->exit_status == 0;
    process_destroy(process);
    return well;
}

void suite_run(void)
{
    uint32_t passed = 0;

    print("KTAP version 1\n1..%u\n", LENGTH);
    for (uint32_t i = 0; i < LENGTH; i++) {
        int well = program_run(&suite[i]);
        serial_fresh_line();
        print("%sok %u - %s\n", well ? "" : "not ", i + 1, suite[i].title);
        passed += (uint32_t)well;
    }
    print("suite finished: %u passed, %u failed\n", passed, LENGTH - passed);
}
