/* proc/fork.h: a process from another. */
#pragma once

#include <stdint.h>

/* What clone() asks for. */
struct clone {
    uint32_t flags; /* what they share */
    uint32_t stack; /* the child's ESP; 0: the parent's */
};

/* A copy of the running process, which goes on in ring 3 with a result of 0. Returns the child's
 * number, or -errno. */
long process_fork(const struct clone *clone);
