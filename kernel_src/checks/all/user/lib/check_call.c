/* user/lib/check_call.c: a call with all registers known before, and looked at afterwards. */

#include "lib/lib.h"
#include "user/include/checks.h"

static const char *const names[] = {"eax",    "ebx", "ecx", "edx", "esi", "edi", "ebp",
                                    "eflags", "ds",  "es",  "fs",  "gs",  "esp"};

struct registers registers_pattern(uint32_t number)
{
    return (struct registers){
        .eax = number,
        .ebx = 0xb1b2b3b4,
        .ecx = 0xc1c2c3c4,
        .edx = 0xd1d2d3d4,
        .esi = 0x51525354,
        .edi = 0x61626364,
        .ebp = 0xe1e2e3e4,
        .eflags = EFLAGS_ALWAYS_1 | EFLAGS_IF,
        .ds = SEL_USER_DATA,
        .es = SEL_USER_DATA,
    };
}

const char *registers_changed(const struct registers *before, const struct registers *after,
                              uint32_t *expected, uint32_t *got)
{
    const uint32_t *old = &before->eax;
    const uint32_t *new = &after->eax;

    for (uint32_t i = 1; i < sizeof names / sizeof names[0]; i++) {
        uint32_t mask = &old[i] == &before->eflags ? EFLAGS_KEPT | EFLAGS_IF : UINT32_MAX;
        *expected = old[i] & mask;
        *got = new[i] & mask;
        if (*expected != *got) {
            return names[i];
        }
    }
    return NULL;
}

static void say(char *line, size_t size, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    format_text(line, size, format, arguments);
    va_end(arguments);
}

void check_call(const struct gate *gate, const char *text, const struct registers *before,
                uint32_t result)
{
    struct registers after;
    uint32_t expected, got;
    char line[160];

    registers_call(before, &after, gate->enter);
    const char *changed = registers_changed(before, &after, &expected, &got);
    if (changed) {
        say(line, sizeof line, "%s: %s: %s kept", gate->name, text, changed);
        ktap_equal(line, got, expected);
        return;
    }
    say(line, sizeof line, "%s: %s", gate->name, text);
    ktap_equal(line, after.eax, result);
}
