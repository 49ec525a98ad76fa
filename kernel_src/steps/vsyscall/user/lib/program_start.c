/* user/lib/program_start.c: from the start stack to main(). */

#include "user/include/start.h"

#include "user/include/gate.h"
#include "user/include/user.h"

int main(int argc, char **argv, char **envp);
void program_start(const uint32_t *stack); /* called by start.asm */

const struct auxv_entry *auxv;
void (*fast_gate)(void);

uint32_t auxv_value(uint32_t type)
{
    const struct auxv_entry *entry = auxv;

    while (entry->type != AT_NULL && entry->type != type) {
        entry++;
    }
    return entry->type == type ? entry->value : 0;
}

void program_start(const uint32_t *stack)
{
    int argc = (int)stack[0];
    char **argv = (char **)&stack[1];
    char **envp = argv + argc + 1;
    char **end = envp;

    while (*end) {
        end++;
    }
    auxv = (const struct auxv_entry *)(end + 1);
    /* The one thing that a program must know to enter the kernel: it is told, not compiled in. */
    fast_gate = (void (*)(void))auxv_value(AT_SYSINFO);
    exit(main(argc, argv, envp));
}
