/* kernel/command_line.c: what the boot loader was told about the kernel. */

#include "kernel/command_line.h"

#include "boot/multiboot.h"
#include "lib/lib.h"
#include "mm/mm.h"

#define LINE_BYTES 2048
#define ENVIRONMENT_TAKEN 2 /* by the kernel's own: HOME and TERM */

static char line[LINE_BYTES];

static int has_equals(const char *word)
{
    while (*word != '\0' && *word != '=') {
        word++;
    }
    return *word == '=';
}

/* End the word at `*at` with a 0; `*at` is then where the next may begin. NULL if there is none. */
static const char *next_word(char **at)
{
    while (**at == ' ') {
        ++*at;
    }
    const char *word = *at;
    while (**at != '\0' && **at != ' ') {
        ++*at;
    }
    if (**at == ' ') {
        *(*at)++ = '\0';
    }
    return *word != '\0' ? word : NULL;
}

void command_line_split(const struct multiboot_info *info, const char **arguments,
                        const char **environment)
{
    char *at = line;
    uint32_t argument_count = 0, environment_count = 0;
    int after = 0;

    if ((info->flags & MULTIBOOT_INFO_CMDLINE) == 0) {
        return;
    }
    const char *from = phys_to_virt(info->cmdline);
    for (uint32_t i = 0; i < LINE_BYTES - 1 && from[i] != '\0'; i++) {
        line[i] = from[i];
    }
    next_word(&at); /* the kernel's file */
    for (const char *word; (word = next_word(&at));) {
        if (after && argument_count < MAX_STRINGS) {
            arguments[argument_count++] = word;
        } else if (strcmp(word, "--") == 0) {
            after = 1;
        } else if (has_equals(word) && environment_count < MAX_STRINGS - ENVIRONMENT_TAKEN) {
            environment[environment_count++] = word;
        }
    }
}
