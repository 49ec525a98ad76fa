/* proc/thread.c: where a thread keeps its number and its TLS entry: clone(2). */

#include "cpu/tls.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/fork.h"
#include "proc/process.h"

int thread_ids_fork(struct process *child, const struct clone *clone)
{
    int error = 0;

    if (clone->flags & CLONE_SETTLS) {
        error = tls_set(child, clone->tls, 0);
    }
    if (error == 0 && (clone->flags & CLONE_PARENT_SETTID)) {
        (void)copy_to_user((void *)clone->parent_tid_addr, &child->pid, sizeof child->pid);
    }
    if (error == 0 && (clone->flags & CLONE_CHILD_SETTID)) {
        (void)space_write(child->space, clone->child_tid_addr, &child->pid, sizeof child->pid);
    }
    if (clone->flags & CLONE_CHILD_CLEARTID) {
        child->clear_tid_addr = clone->child_tid_addr;
    }
    return error;
}
