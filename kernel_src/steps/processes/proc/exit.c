/* proc/exit.c: the end of a process, and what remains of it until its parent has asked. */

#include "cpu/cpu.h"
#include "include/x86.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"
#include "proc/sleep.h"

void vfork_done(struct process *child)
{
    struct process *parent = child->vfork_parent;

    if (parent) {
        child->vfork_parent = NULL;
        parent->vfork_waits = 0;
        process_wake(parent);
    }
}

int process_is_over(const struct process *process)
{
    return process->state == PROCESS_ENDED;
}

/* Its memory cannot go while the CPU uses it: the kernel's own part is in every directory. */
static void space_leave(struct process *process)
{
    struct space *space = process->space;

    process->space = NULL;
    process->page_directory = kernel_page_directory;
    cr3_write(virt_to_phys(kernel_page_directory));
    space_put(space);
}

/* Its children become those of the first CPU's idle process, which asks for all it has. */
static void children_leave(struct process *process)
{
    while (process->children) {
        struct process *child = process->children;
        child->is_orphan = 1;
        process_adopt(cpus[0].idle, child);
    }
}

void process_exit(int32_t wait_status)
{
    struct process *process = current_process();

    process->wait_status = wait_status;
    space_leave(process);
    process_release(process);
    vfork_done(process);
    children_leave(process);
    process->state = PROCESS_ENDED;
    wake_all(&process->parent->child_ended);
    process_leave();
    __builtin_unreachable(); /* nobody switches to a process that has ended */
}

void process_end(int32_t exit_status, int32_t killed_by)
{
    struct process *process = current_process();

    process->exit_status = exit_status;
    process->killed_by = killed_by;
    process_exit(killed_by == NOT_KILLED ? (exit_status & 0xff) << 8
                                         : signal_of_trap((uint32_t)killed_by));
}
