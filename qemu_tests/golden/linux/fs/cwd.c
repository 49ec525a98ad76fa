/* fs/cwd.c: the working directory of a process, and the mode bits that it does not give. */

#include "fs/cwd.h"

#include "fs/inode.h"
#include "proc/process.h"

int cwd_first(struct process *process)
{
    inode_get(root);
    process->cwd = root;
    process->umask = 022;
    return 0;
}

int cwd_fork(struct process *child, const struct process *parent)
{
    inode_get(parent->cwd);
    child->cwd = parent->cwd;
    child->umask = parent->umask;
    return 0;
}

void cwd_leave(struct process *process)
{
    if (process->cwd) {
        inode_put(process->cwd);
    }
    process->cwd = NULL;
}
