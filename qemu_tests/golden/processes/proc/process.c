/* proc/process.c: all processes, and how one is made of nothing. */

#include "proc/process.h"

#include "cpu/cpu.h"
#include "cpu/fpu.h"
#include "cpu/io_bitmap.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "kernel/suite.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/arguments.h"

#define PID_MAX 32767 /* as in Linux, where it need not stay so */

/* Kernel stacks take no more than this part of memory: what a process has beside is up to nine
 * times as much, and should fit. */
#define SHARE_OF_MEMORY 16

extern void process_first_return(void);

static struct process *processes; /* all that have a number */
static uint32_t process_count;
static int32_t last_pid;

/* What context_switch() pops for a process that has never run, from the lowest address up. */
struct first_context {
    uint32_t gs, fs, edi, esi, ebx, ebp;
    uint32_t return_address;
};

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

uint32_t process_limit(void)
{
    return frames_total() / SHARE_OF_MEMORY;
}

struct process *process_new(void)
{
    orphans_reap(); /* where programs keep all CPUs busy, no idle process does it */
    struct process *process = process_count < process_limit() ? kernel_stack_alloc() : NULL;

    if (!process) {
        return NULL;
    }
    process_count++;
    do {
        last_pid = last_pid % PID_MAX + 1;
    } while (process_find(last_pid));
    process->pid = last_pid;
    process->killed_by = NOT_KILLED;
    process->next_process = processes;
    processes = process;
    process_adopt(current_process(), process);
    return process;
}

static void process_forget(struct process *process)
{
    struct process **link = &processes;

    while (*link != process) {
        link = &(*link)->next_process;
    }
    *link = process->next_process;
}

void process_destroy(struct process *process)
{
    /* If it ever asked for ports. */
    io_bitmap_free(process);
    process_count--;
    parent_leave(process);
    process_forget(process);
    kernel_stack_free(process);
}

void process_release(struct process *process)
{
    files_leave(process);
    fpu_free(process);
}

void process_abandon(struct process *process)
{
    if (process->space) {
        space_put(process->space);
    }
    process_release(process);
    process_destroy(process);
}

void process_prepare(struct process *process)
{
    const struct pt_regs *regs = process_regs(process);
    struct first_context *context = (struct first_context *)regs - 1;

    *context = (struct first_context){
        .gs = regs->gs,
        .fs = regs->fs,
        .return_address = (uint32_t)process_first_return,
    };
    process->context_esp = (uint32_t)context;
}

int process_first(struct process **created)
{
    struct process *process = process_new();
    int error = process ? 0 : -ENOMEM;

    /* The console, three times. */
    error = error ? error : files_first(process);
    /* Room for its x87 and SSE registers. */
    error = error ? error : fpu_fork(process, current_process());
    if (error && process) {
        process_abandon(process);
    }
    *created = process;
    return error;
}

/* The program's name, and the arguments that the configuration gives to all programs. */
static int exec_program(struct process *process, const struct program *program)
{
    const char *arguments[1 + MAX_STRINGS + 1] = {program->name};
    const struct exec_strings strings = {
        .copy = copy_from_kernel, .environment = program_environment, .prefix = arguments};

    memcpy(arguments + 1, program_arguments, program_argument_count * sizeof arguments[0]);
    struct inode *inode = inode_of_program(program);
    if (!inode) {
        return -ENOMEM;
    }
    int error = process_exec(process, inode, program->name, &strings);
    inode_put(inode);
    return error;
}

int process_create(const struct program *program, struct process **created)
{
    struct process *process;
    int error = process_first(&process);

    if (error) {
        return error;
    }
    error = exec_program(process, program);
    if (error) {
        process_abandon(process);
        return error;
    }
    process_prepare(process);
    *created = process;
    queue_push(process);
    return 0;
}
