/* cpu/fpu_frame.h: the x87 and SSE registers in a signal frame. */
#pragma once

struct fpstate;

/* Both return 0 or -EFAULT. */
int fpu_to_user(struct fpstate *user);
int fpu_from_user(const struct fpstate *user);
