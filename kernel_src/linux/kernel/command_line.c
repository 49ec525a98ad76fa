/* kernel/command_line.c: what the boot loader was told about the kernel.
 *
 * The words after "--" become arguments, those before it with a "=" the environment, as Linux has
 * it.
 */

#include "kernel/command_line.h"

#include "boot/multiboot.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "proc/process.h"

#define LINE_BYTES 2048
#define PATH "/init"
#define ENVIRONMENT_TAKEN 2 /* by the kernel's own */

static char line[LINE_BYTES];
static const char *arguments[1 + MAX_STRINGS + 1] = {PATH};
static const char *environment[MAX_STRINGS + 1] = {"HOME=/", "TERM=linux"};

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

static void split(const char *from)
{
    char *at = line;
    uint32_t argument_count = 1, environment_count = ENVIRONMENT_TAKEN;
    int after = 0;

    for (uint32_t i = 0; i < LINE_BYTES - 1 && from[i] != '\0'; i++) {
        line[i] = from[i];
    }
    next_word(&at); /* the kernel's file */
    for (const char *word; (word = next_word(&at));) {
        if (after && argument_count < 1 + MAX_STRINGS) {
            arguments[argument_count++] = word;
        } else if (strcmp(word, "--") == 0) {
            after = 1;
        } else if (has_equals(word) && environment_count < MAX_STRINGS) {
            environment[environment_count++] = word;
        }
    }
}

const char *command_line_read(const struct multiboot_info *info, struct exec_strings *strings)
{
    if (info->flags & MULTIBOOT_INFO_CMDLINE) {
        split(phys_to_virt(info->cmdline));
    }
    strings->prefix = arguments;
    strings->environment = environment;
    return PATH;
}
