/* proc/family.c: all processes, by number, and whose child each is. */

#include "proc/family.h"

#include "cpu/cpu.h"

#define PID_MAX 32767 /* as in Linux, where it need not stay so */
#define PID_LISTS 256

static struct node *processes; /* all that have a number, the newest first */
static struct node *by_pid[PID_LISTS];

struct process *process_next(const struct process *process)
{
    struct node *node = process ? process->of_all.next : processes;

    return node ? node_owner(node, struct process, of_all) : NULL;
}

static struct node **list_of(int32_t pid)
{
    return &by_pid[(uint32_t)pid % PID_LISTS];
}

struct process *process_find(int32_t pid)
{
    for (struct node *node = *list_of(pid); node; node = node->next) {
        struct process *process = node_owner(node, struct process, by_pid);
        if (process->pid == pid) {
            return process;
        }
    }
    return NULL;
}

void process_number(struct process *process, int32_t pid)
{
    if (process->by_pid.link) {
        node_remove(&process->by_pid);
    }
    process->pid = pid;
    node_insert(list_of(pid), &process->by_pid);
}

void process_adopt(struct process *parent, struct process *child)
{
    if (child->parent) {
        list_remove(&child->parent->children, &child->of_parent);
    }
    child->parent = parent;
    list_append(&parent->children, &child->of_parent);
}

/* Nobody asks how a process ended whose parent is gone. */
void orphans_reap(void)
{
    struct process *next;

    for (struct process *child = child_first(cpus[0].idle); child; child = next) {
        next = child_next(child);
        if (child->is_orphan && process_is_over(child)) {
            process_destroy(child);
        }
    }
}

void family_join(struct process *process)
{
    static int32_t pid;

    do {
        pid = pid % PID_MAX + 1;
    } while (process_find(pid));
    process_number(process, pid);
    node_insert(&processes, &process->of_all);
    process_adopt(current_process(), process);
}

void family_leave(struct process *process)
{
    list_remove(&process->parent->children, &process->of_parent);
    node_remove(&process->of_all);
    node_remove(&process->by_pid);
}
