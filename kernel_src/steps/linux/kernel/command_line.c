/* kernel/command_line.c: what the boot loader was told about the kernel.
 *
 * The words after "--" become arguments, those before it with a "=" the environment. Quotes make
 * one word of several, and a variable's later value replaces its earlier one. All that is as Linux
 * has it, but there the other words before "--" are arguments too, if no part of the kernel knows
 * them.
 */

#include "kernel/command_line.h"

#include "boot/multiboot.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "proc/process.h"

#define LINE_BYTES 2048
#define PATH "/init"

static char line[LINE_BYTES];
static const char *arguments[1 + MAX_STRINGS + 1] = {PATH};
static const char *environment[MAX_STRINGS + 1] = {"HOME=/", "TERM=linux"};

static char *find(char *text, char c)
{
    while (*text != '\0' && *text != c) {
        text++;
    }
    return text;
}

/* Remove the quotes around `text`, if there are. */
static void unquote(char *text)
{
    char *end = find(text, '\0');

    if (*text != '"') {
        return;
    }
    if (end > text + 1 && end[-1] == '"') {
        end[-1] = '\0';
    }
    for (; *text != '\0'; text++) {
        text[0] = text[1];
    }
}

/* End the word at `*at` with a 0; `*at` is then where the next may begin. NULL if there is none. */
static char *next_word(char **at)
{
    int quoted = 0;

    while (**at == ' ') {
        ++*at;
    }
    char *word = *at;
    for (; **at != '\0' && (quoted || **at != ' '); ++*at) {
        quoted ^= **at == '"';
    }
    if (*at == word) {
        return NULL;
    }
    if (**at == ' ') {
        *(*at)++ = '\0';
    }
    unquote(word);
    char *equals = find(word, '=');
    if (*equals == '=') {
        unquote(equals + 1);
    }
    return word;
}

static int same_name(const char *a, const char *b)
{
    while (*a == *b && *a != '=' && *a != '\0') {
        a++;
        b++;
    }
    return *a == '=' && *b == '=';
}

static void set_variable(const char *variable)
{
    uint32_t i = 0;

    while (environment[i] && !same_name(environment[i], variable)) {
        i++;
    }
    if (i < MAX_STRINGS) {
        environment[i] = variable;
    }
}

static void split(const char *from)
{
    char *at = line;
    uint32_t argument_count = 1;
    int after = 0;

    for (uint32_t i = 0; i < LINE_BYTES - 1 && from[i] != '\0'; i++) {
        line[i] = from[i];
    }
    next_word(&at); /* the kernel's file */
    for (char *word; (word = next_word(&at));) {
        if (after && argument_count < 1 + MAX_STRINGS) {
            arguments[argument_count++] = word;
        } else if (strcmp(word, "--") == 0) {
            after = 1;
        } else if (!after && *find(word, '=') == '=') {
            set_variable(word);
        }
    }
}

const char *command_line_read(const struct multiboot_info *info, struct exec_strings *strings)
{
    if (info->flags & MULTIBOOT_INFO_CMDLINE) {
        split(phys_to_virt(info->cmdline));
    }
    strings->arguments = arguments;
    strings->environment = environment;
    return PATH;
}
