/* kernel/suite.c: runs the programs one by one and reports, as KTAP, if each ended as it must. */

#include "kernel/suite.h"

#include "cpu/cpu.h"
#include "dev/dev.h"
#include "lib/lib.h"
#include "proc/process.h"

#define MAX_INSTANCES 8

volatile uint32_t nmi_count;

const struct program *program_find(const char *name)
{
    for (const struct program *program = programs; program->name; program++) {
        if (strcmp(program->name, name) == 0) {
            return program;
        }
    }
    return NULL;
}

static void wait_until_ended(const struct process *process)
{
    while (*(volatile const uint32_t *)&process->state != PROCESS_ENDED) {
        process_idle();
    }
}

static int ended_well(const struct process *process, int32_t killed_by)
{
    if (process->killed_by != killed_by) {
        print("# %s: ended by %s\n", process->name,
              process->killed_by < 0 ? "exit" : trap_name((uint32_t)process->killed_by));
        return 0;
    }
    if (process->exit_status != 0) {
        print("# %s: exit status %d\n", process->name, process->exit_status);
    }
    return process->exit_status == 0;
}

int program_run(const char *name, uint32_t instances, int32_t killed_by)
{
    struct process *processes[MAX_INSTANCES];
    const struct program *program = program_find(name);
    uint32_t started = 0;
    int well = 1;

    while (program && started < instances) {
        int error = process_create(program, &processes[started]);
        if (error) {
            print("# %s: cannot be loaded: error %d\n", name, -error);
            well = 0;
            break;
        }
        started++;
    }
    for (uint32_t i = 0; i < started; i++) {
        wait_until_ended(processes[i]);
        well &= ended_well(processes[i], killed_by);
        process_destroy(processes[i]);
    }
    return well && started != 0;
}

void suite_run(void)
{
    uint32_t passed = 0;

    print("KTAP version 1\n1..%u\n", (uint32_t)suite_length);
    for (uint32_t i = 0; i < suite_length; i++) {
        const struct suite_entry *entry = &suite[i];
        int well = entry->check ? entry->check() == 0
                                : program_run(entry->program, entry->instances, entry->killed_by);
        serial_fresh_line();
        print("%sok %u - %s\n", well ? "" : "not ", i + 1, entry->title);
        passed += (uint32_t)well;
    }
    if (nmi_count != 0) {
        print("# non-maskable interrupts: %u\n", nmi_count);
    }
    print("suite finished: %u passed, %u failed\n", passed, (uint32_t)suite_length - passed);
}
