/* proc/fork.h: a process from another. */
#pragma once

#include <stdint.h>

/* A copy of the running process, which goes on in ring 3 with a result of 0, on the stack `stack`
 * if that is not 0. `flags`: what they share, as for clone(), and in bits 7:0 the signal that tells
 * the parent of its end. Returns the child's number, or -errno. */
long process_fork(uint32_t flags, uint32_t stack);
