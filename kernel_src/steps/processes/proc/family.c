/* proc/family.c: all processes, by number, and whose child each is. */

#include "cpu/cpu.h"
#include "proc/process.h"

#define PID_MAX 32767 /* as in Linux, where it need not stay so */

static struct process *processes; /* all that have a number */
static int32_t last_pid;

struct process *process_next(const struct process *process)
{
    return process ? process->next_process : processes;
}

struct process *process_find(int32_t pid)
{
    struct process *process = process_next(NULL);

    while (process && process->pid != pid) {
        process = process_next(process);
    }
    return process;
}

static void parent_leave(struct process *child)
{
    struct process **link = &child->parent->children;

    while (*link != child) {
        link = &(*link)->sibling;
    }
    *link = child->sibling;
}

void process_adopt(struct process *parent, struct process *child)
{
    if (child->parent) {
        parent_leave(child);
    }
    child->parent = parent;
    child->sibling = parent->children;
    parent->children = child;
}

/* Nobody asks how a process ended whose parent is gone. */
void orphans_reap(void)
{
    struct process *next;

    for (struct process *child = cpus[0].idle->children; child; child = next) {
        next = child->sibling;
        if (child->is_orphan && process_is_over(child)) {
            process_destroy(child);
        }
    }
}

void family_join(struct process *process)
{
    do {
        last_pid = last_pid % PID_MAX + 1;
    } while (process_find(last_pid));
    process->pid = last_pid;
    process->next_process = processes;
    processes = process;
    process_adopt(current_process(), process);
}

void family_leave(struct process *process)
{
    struct process **link = &processes;

    parent_leave(process);
    while (*link != process) {
        link = &(*link)->next_process;
    }
    *link = process->next_process;
}
