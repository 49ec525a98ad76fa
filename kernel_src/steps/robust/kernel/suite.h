/* kernel/suite.h: the programs that this kernel runs one by one, and how each is judged. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct program {
    const char *name;
    const void *elf;
    size_t size;
};

struct suite_entry {
    const char *title;
    const char *program;
    uint32_t instances; /* processes that run it at the same time */
    int32_t killed_by;  /* vector that must end it, or -1 if it must exit with status 0 */
    int (*check)(void); /* instead of a program: returns how many checks failed */
};

extern volatile uint32_t nmi_count; /* counted by entry/nmi_entry.asm */

extern const struct program programs[]; /* ended by one without a name */
extern const struct suite_entry suite[];
extern const size_t suite_length;

const struct program *program_find(const char *name);

/* Run `instances` processes of a program. Returns 1 if all of them ended as they must. */
int program_run(const char *name, uint32_t instances, int32_t killed_by);

/* Run everything, report it as KTAP (Linux Documentation/dev-tools/ktap.rst). */
void suite_run(void);
