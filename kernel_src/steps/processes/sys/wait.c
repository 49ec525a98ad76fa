/* sys/wait.c: how did a child end? */

#include "mm/mm.h"
#include "proc/process.h"
#include "proc/sleep.h"
#include "sys/calls.h"

/* The child of that number, or with -1 any, as with 0: there are no process groups here. An ended
 * one comes before others. */
static struct process *child_find(const struct process *parent, int32_t pid)
{
    struct process *found = NULL;

    for (struct process *child = parent->children; child; child = child->sibling) {
        if (pid == -1 || pid == 0 || child->pid == pid) {
            found = child;
            if (child->state == PROCESS_ENDED) {
                break;
            }
        }
    }
    return found;
}

long sys_wait4(int32_t pid, int *status, int options, void *usage)
{
    struct process *parent = current_process();
    struct process *child;

    (void)usage; /* nobody counts */
    while ((child = child_find(parent, pid)) && child->state != PROCESS_ENDED) {
        if (options & WNOHANG) {
            return 0;
        }
        if (signal_pending(parent)) {
            return -EINTR;
        }
        sleep_on(&parent->child_ended);
    }
    if (!child) {
        return -ECHILD;
    }
    int32_t ended = child->pid;
    int32_t wait_status = child->wait_status;
    process_destroy(child);
    if (status && copy_to_user(status, &wait_status, sizeof wait_status) != 0) {
        return -EFAULT;
    }
    return ended;
}
