/* proc/fork.h: a process or a thread from another. */
#pragma once

#include <stdint.h>

struct user_desc;

/* What clone() asks for. */
struct clone {
    uint32_t flags;           /* what they share; in bits 7:0 the signal that tells the parent */
    uint32_t stack;           /* the child's ESP; 0: the parent's */
    uint32_t parent_tid_addr; /* where the parent finds the child's number */
    struct user_desc *tls;    /* the child's TLS entry */
    uint32_t child_tid_addr;  /* where the child finds it, and what is cleared when it ends */
};

/* A copy of the running process, which goes on in ring 3 with a result of 0. Returns the child's
 * number, or -errno. */
long process_fork(const struct clone *clone);

/* ---- proc/group.c, proc/thread.c: what is the child's own, and what is common ---- */

struct process;

int group_fork(struct process *child, struct process *parent, const struct clone *clone);
int thread_ids_fork(struct process *child, const struct clone *clone);
