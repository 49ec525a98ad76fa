/* proc/start_stack.h: what a program finds on its stack. */
#pragma once

#include <stdint.h>

struct elf_image;
struct exec_strings;
struct space;

/* A stack that is being filled from its top down. */
struct start_stack {
    struct space *space;
    uint32_t address; /* what lies from here on is taken */
    uint32_t execfn_addr;
    uint32_t environment_addr, environment_count; /* of the first string; the others follow it */
    uint32_t argument_addr, argument_count;
};

/* Promise the stack, and put the strings there. Returns 0 or -errno. */
int start_stack_strings(struct start_stack *stack, const char *name,
                        const struct exec_strings *strings);

/* The rest; `address` is then ESP for the first instruction. Returns 0 or -errno. */
int start_stack_finish(struct start_stack *stack, const struct elf_image *image);
