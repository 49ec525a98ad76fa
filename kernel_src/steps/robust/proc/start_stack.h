/* proc/start_stack.h: what a program finds on its stack. */
#pragma once

#include <stdint.h>

struct elf_image;
struct process;

/* Fill the top page of a program's stack; returns ESP for its first instruction. */
uint32_t start_stack_build(struct process *process, const char *name, const struct elf_image *image,
                           void *stack_page);
