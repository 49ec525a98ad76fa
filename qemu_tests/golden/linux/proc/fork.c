/* proc/fork.c: a process from another.
 *
 * The child leaves the kernel as the parent does, with the same registers, but for EAX: that is how
 * a program knows which of the two it is. It leaves by IRET, although the parent may have come by
 * SYSENTER: SYSEXIT takes ECX and EDX from where the parent left something else.
 */

#include "proc/fork.h"

#include "cpu/fpu.h"
#include "cpu/io_bitmap.h"
#include "cpu/tls.h"
#include "entry/vsyscall.h"
#include "fs/file.h"
#include "lib/lib.h"
#include "mm/space.h"
#include "proc/process.h"
#include "proc/sleep.h"

static int space_fork(struct process *child, struct process *parent, uint32_t flags)
{
    if (flags & CLONE_VM) {
        child->space = parent->space;
        child->space->users++;
    } else {
        child->space = space_copy(parent->space);
    }
    if (!child->space) {
        return -ENOMEM;
    }
    child->page_directory = child->space->directory;
    return 0;
}

static int files_fork(struct process *child, struct process *parent, uint32_t flags)
{
    if (flags & CLONE_FILES) {
        child->files = parent->files;
        child->files->users++;
    } else {
        child->files = files_copy(parent->files);
    }
    return child->files ? 0 : -ENOMEM;
}

static int inherit(struct process *child, struct process *parent, const struct clone *clone)
{
    memcpy(child->name, parent->name, sizeof child->name);
    int error = space_fork(child, parent, clone->flags);
    error = error ? error : files_fork(child, parent, clone->flags);
    /* A copy of the x87 and SSE registers. */
    error = error ? error : fpu_fork(child, parent);
    /* The TLS entries. */
    error = error ? error : tls_fork(child, parent);
    /* Where a thread finds its number. */
    error = error ? error : thread_ids_fork(child, clone);
    /* The ports that it may use. */
    error = error ? error : io_bitmap_fork(child, parent);
    /* Last, as it counts the threads: of the same process, or of a new one. */
    error = error ? error : group_fork(child, parent, clone);
    return error;
}

static void registers_copy(struct process *child, struct process *parent, uint32_t stack)
{
    struct pt_regs *regs = process_regs(child);

    *regs = *process_regs(parent);
    regs->eax = 0;
    if (stack != 0) {
        regs->esp = stack;
    }
    if (parent->work & WORK_SINGLE_STEP) {
        regs->eflags |= EFLAGS_TF;
    }
}

/* Until the child has another program, or has ended: it uses the parent's memory, stack and all. */
static void vfork_wait(struct process *parent)
{
    struct wait_queue only_me = {NULL, NULL};

    while (parent->vfork_waits && !is_dying(parent)) {
        sleep_on(&only_me);
    }
}

long process_fork(const struct clone *clone)
{
    struct process *parent = current_process();
    struct process *child = process_new();

    if (!child) {
        return -EAGAIN;
    }
    int error = inherit(child, parent, clone);
    if (error) {
        process_abandon(child);
        return error;
    }
    int32_t pid = child->pid;
    registers_copy(child, parent, clone->stack);
    process_prepare(child);
    vsyscall_use(child);
    if (clone->flags & CLONE_VFORK) {
        child->vfork_parent = parent;
        parent->vfork_waits = 1;
    }
    queue_push(child);
    if (clone->flags & CLONE_VFORK) {
        vfork_wait(parent);
    }
    return pid;
}
