/* user/include/uses_sysenter.h: does the fast way in use SYSENTER, on this CPU? */
#pragma once

#include <stdint.h>

#include "user/include/gate.h"

#define OPCODE_RET 0xc3

static inline int uses_sysenter(void)
{
    const uint8_t *code = (const uint8_t *)fast_gate;

    while (*code != OPCODE_RET && !(code[0] == 0x0f && code[1] == 0x34)) {
        code++;
    }
    return *code != OPCODE_RET;
}
