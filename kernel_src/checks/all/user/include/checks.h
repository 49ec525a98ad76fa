/* user/include/checks.h: what the test programs have in common. */
#pragma once

#include <stdint.h>

#include "lib/ktap.h"
#include "lib/linux_errno.h"
#include "user/include/user.h"

/* A way into the kernel, called with registers as for `int 0x80`. */
struct gate {
    const char *name;
    void (*enter)(void);
};

#define GATES_MAX 2

/* Fills `gates`; returns how many there are. The best is the first. */
uint32_t gates_find(struct gate *gates);

/* user/lib/int80_gate.asm: `int 0x80` and RET. */
void int80_gate(void);

/* Everything that a program can see of the CPU. user/lib/registers_call.asm knows the offsets. */
struct registers {
    uint32_t eax, ebx, ecx, edx, esi, edi, ebp, eflags;
    uint32_t ds, es, fs, gs;
    uint32_t esp; /* after the call: by how much it was moved */
};

/* Load all of `before`, enter the kernel, and store what is there then. */
void registers_call(const struct registers *before, struct registers *after, void (*enter)(void));

/* The flags that ring 3 may set and that do something else than stop it: not TF, IF and IOPL. */
#define EFLAGS_KEPT (EFLAGS_ARITHMETIC | EFLAGS_DF | EFLAGS_NT | EFLAGS_AC | EFLAGS_ID)

/* Registers with a pattern of their own each, and the selectors and flags that a program begins
 * with. */
struct registers registers_pattern(uint32_t number);

/* Name of the first register but EAX that is not as before, or NULL; sets what was expected and
 * found. */
const char *registers_changed(const struct registers *before, const struct registers *after,
                              uint32_t *expected, uint32_t *got);

/* Make the call; one result: EAX is `result`, and everything else is kept. */
void check_call(const struct gate *gate, const char *text, const struct registers *before,
                uint32_t result);

/* The first page behind the program's segments: nothing is mapped there. */
uint32_t image_end(void);
