/* proc/program.c: running a program by its path.
 *
 * An ELF file, or a script that names its interpreter in its first line ("#!/bin/sh").
 */

#include "proc/program.h"

#include "fs/inode.h"
#include "fs/path.h"
#include "mm/space.h"
#include "proc/process.h"
#include "proc/signals.h"

#define LINE_BYTES 256 /* of the first line, as Linux */
#define INTERPRETERS_MAX 5

/* A script's first line, taken apart. */
struct script {
    char line[LINE_BYTES];
    char *interpreter;
    char *argument; /* all behind it, or NULL */
};

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Take "#!", blanks, a path, blanks, and the rest of the line apart. Returns 0 if it is none. */
static int script_parse(struct script *script, size_t size)
{
    char *at = script->line + 2;

    if (size < 2 || script->line[0] != '#' || script->line[1] != '!') {
        return 0;
    }
    char *end = at;
    while (*end != '\0' && *end != '\n') {
        end++;
    }
    while (end > at && is_blank(end[-1])) {
        end--;
    }
    int is_cut = size == LINE_BYTES - 1 && end == script->line + size;
    *end = '\0';
    while (is_blank(*at)) {
        at++;
    }
    script->interpreter = at;
    while (*at != '\0' && !is_blank(*at)) {
        at++;
    }
    script->argument = NULL;
    is_cut = is_cut && *at == '\0'; /* within the name */
    if (*at != '\0') {
        *at++ = '\0';
        while (is_blank(*at)) {
            at++;
        }
        script->argument = at;
    }
    return *script->interpreter != '\0' && !is_cut;
}

void program_set(struct group *group, struct inode *inode)
{
    struct inode *old = group->exe;

    if (inode) {
        inode_get(inode);
        inode->runs++;
    }
    group->exe = inode;
    if (old) {
        old->runs--;
        inode_put(old);
    }
}

static long find_program(struct inode *base, const char *path, struct inode **inode)
{
    long error = path_find(base, path, 1, inode);

    if (error) {
        return error;
    }
    error = !is_regular(*inode) || ((*inode)->mode & 0111) == 0 ? -EACCES
            : (*inode)->writers                                 ? -ETXTBSY
                                                                : 0;
    if (error) {
        inode_put(*inode);
    }
    return error;
}

/* Run the script's interpreter: its argument and the script's path stand before the arguments. */
static long script_exec(struct process *process, struct inode *base, const char *path,
                        const struct exec_strings *strings, const struct script *script, int depth);

static long exec_found(struct process *process, struct inode *base, struct inode *inode,
                       const char *path, const struct exec_strings *strings, int depth)
{
    struct script *script = memory_alloc(sizeof *script);

    if (!script) {
        return -ENOMEM;
    }
    size_t size = inode_read(inode, script->line, 0, LINE_BYTES - 1);
    long error = script_parse(script, size)
                     ? script_exec(process, base, path, strings, script, depth)
                     : process_exec(process, inode, path, strings);
    memory_free(script);
    return error;
}

static long script_exec(struct process *process, struct inode *base, const char *path,
                        const struct exec_strings *strings, const struct script *script, int depth)
{
    const char *prefix[2 * INTERPRETERS_MAX + 2] = {script->interpreter, script->argument};
    struct exec_strings longer = *strings;
    struct inode *interpreter;
    uint32_t count = script->argument ? 2 : 1;

    if (depth == INTERPRETERS_MAX) {
        return -ELOOP;
    }
    for (uint32_t i = 0; strings->prefix && strings->prefix[i]; i++) {
        prefix[count++] = strings->prefix[i];
    }
    if (!strings->prefix) {
        prefix[count] = path;
    }
    longer.prefix = prefix;
    long error = find_program(base, script->interpreter, &interpreter);
    if (error == 0) {
        error = exec_found(process, base, interpreter, script->interpreter, &longer, depth + 1);
        inode_put(interpreter);
    }
    return error;
}

long program_exec(struct process *process, struct inode *base, const char *path,
                  const struct exec_strings *strings)
{
    struct inode *inode;
    long error = find_program(base, path, &inode);

    if (error == 0) {
        error = exec_found(process, base, inode, path, strings, 0);
        inode_put(inode);
    }
    return error;
}
