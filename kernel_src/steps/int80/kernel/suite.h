/* kernel/suite.h: the programs that this kernel runs one by one, and how each is judged. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct program {
    const char *name;
    const void *elf;
    size_t size;
};

extern const struct program programs[]; /* ended by one without a name */

struct suite_entry {
    const char *title;
    const char *program;
    int32_t killed_by; /* vector that must end it, or NOT_KILLED if it must exit with status 0 */
};

/* Run everything, report it as KTAP (Linux Documentation/dev-tools/ktap.rst). */
void suite_run(void);
