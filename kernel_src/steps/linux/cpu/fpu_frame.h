/* cpu/fpu_frame.h: the x87 and SSE registers in a signal frame. */
#pragma once

#include <stdint.h>

struct fpstate;

/* Both return 0 or -EFAULT. */
int fpu_to_user(struct fpstate *user);
int fpu_from_user(const struct fpstate *user);

/* Which exceptions the x87 (VECTOR_MF) or SSE (VECTOR_XM) has raised: bits as in its status. */
uint32_t fpu_raised(uint32_t vector);
