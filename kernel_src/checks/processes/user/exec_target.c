/* user/exec_target.c: what user/exec.c becomes: are registers, memory and strings as they must be?
 *
 * Quiet: the exit status says what was wrong.
 */

#include "lib/lib.h"
#include "user/include/children.h"
#include "user/include/exec_target.h"
#include "user/include/x87.h"

/* user/start_entry.asm: the registers at the first instruction. */
extern const struct registers start_registers;

static const char *const arguments[] = {EXEC_ARGUMENTS};
static const char *const environment[] = {EXEC_ENVIRONMENT};

static int same(char **strings, const char *const *expected, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!strings[i] || strcmp(strings[i], expected[i]) != 0) {
            return 0;
        }
    }
    return strings[count] == NULL;
}

static int registers_good(void)
{
    const struct registers *r = &start_registers;

    return (r->eax | r->ebx | r->ecx | r->edx | r->esi | r->edi | r->ebp) == 0 &&
           r->esp % 16 == 0 && r->eflags == (EFLAGS_ALWAYS_1 | EFLAGS_IF) &&
           r->ds == SEL_USER_DATA && r->es == SEL_USER_DATA && (r->fs | r->gs) == 0;
}

int main(int argc, char **argv, char **envp)
{
    const int good[] = {
        registers_good(),
        !x87_usable() || x87_is_fresh(),
        argc == sizeof arguments / sizeof arguments[0],
        same(argv, arguments, sizeof arguments / sizeof arguments[0]),
        same(envp, environment, sizeof environment / sizeof environment[0]),
        !can_read(EXEC_OLD_PAGE),
        (uint32_t)brk(0) == image_end() && !can_read(image_end()),
    };

    for (uint32_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        if (!good[i]) {
            return (int)i + 1;
        }
    }
    return 0;
}
