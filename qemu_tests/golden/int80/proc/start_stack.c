/* proc/start_stack.c: what a program finds on its stack when it begins: nothing yet. */

#include "proc/process.h"

uint32_t start_stack_build(struct process *process, const char *name, const struct elf_image *image,
                           void *stack_page)
{
    (void)name;
    (void)process;
    (void)image;
    (void)stack_page;
    return USER_TOP;
}
