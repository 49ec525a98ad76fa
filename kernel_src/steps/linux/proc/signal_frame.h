/* proc/signal_frame.h: what a handler finds on its stack.
 *
 * Linux arch/x86/include/asm/sigframe.h, uapi/asm/sigcontext.h. Debuggers, unwinders and
 * sigreturn() know these layouts.
 */
#pragma once

#include <stdint.h>

#include "include/structs.h"

/* The x87 as FNSAVE has it, and all of it as FXSAVE has it. */
struct fpstate {
    uint32_t fsave[27];
    uint16_t status, magic; /* 0: `fxsave` is valid */
    uint8_t fxsave[512];
};

#define FPSTATE_HAS_FXSAVE 0x0000
#define FPSTATE_ONLY_FSAVE 0xffff

/* For a handler without SA_SIGINFO; `sigreturn` finds it. */
struct sigframe {
    uint32_t return_addr;
    int32_t signal;
    struct sigcontext context;
    uint8_t unused[624];
    uint32_t mask_high; /* signals 33 to 64 */
    uint8_t code[8];    /* debuggers know a frame by it; it is not executed */
};

struct siginfo {
    int32_t signal, error, code;
    uint32_t value[3];
    uint8_t unused[128 - 24];
};

struct ucontext {
    uint32_t flags, link;
    uint32_t stack_addr, stack_flags, stack_size; /* sigaltstack() */
    struct sigcontext context;
    uint64_t mask;
};

/* With SA_SIGINFO; `rt_sigreturn` finds it. */
struct rt_sigframe {
    uint32_t return_addr;
    int32_t signal;
    uint32_t info_addr, ucontext_addr;
    struct siginfo info;
    struct ucontext ucontext __attribute__((packed));
    uint8_t code[8];
};

_Static_assert(sizeof(struct fpstate) == 624, "as Linux");
_Static_assert(sizeof(struct siginfo) == 128 && sizeof(struct ucontext) == 116, "as Linux");
