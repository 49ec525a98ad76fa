/* proc/process.h: processes: made, switched, copied, ended. All of it is under the kernel lock. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "include/structs.h"

enum process_state {
    PROCESS_READY,    /* waits for a CPU */
    PROCESS_RUNNING,  /* has one */
    PROCESS_SLEEPING, /* waits for something else: see proc/sleep.h */
    PROCESS_ENDED,    /* waits for its parent to ask how it ended */
    PROCESS_IDLE,     /* the one that runs on its CPU when no other does; never in the queue */
};

/* The process that this CPU runs: at the top of the kernel stack, which is aligned to its size. */
static inline struct process *current_process(void)
{
    uint32_t esp;
    __asm__("movl %%esp, %0" : "=r"(esp));
    return (struct process *)((esp | (KERNEL_STACK_SIZE - 1)) + 1) - 1;
}

static inline struct cpu *this_cpu(void)
{
    return current_process()->cpu;
}

/* The registers with which ring 3 was left, just below struct process. */
static inline struct pt_regs *process_regs(struct process *process)
{
    return (struct pt_regs *)process - 1;
}

/* An empty struct process at the top of a new kernel stack, or NULL if there is no memory. */
struct process *kernel_stack_alloc(void);
void kernel_stack_free(struct process *process);

/* ---- proc/process.c ---- */

struct program;

/* Load a program and queue it. Returns 0 and the process, or -errno. */
int process_create(const struct program *program, struct process **created);

/* Free what a process in the state PROCESS_ENDED still has. */
void process_destroy(struct process *process);

/* A process that the kernel itself makes, without a program yet. Returns 0 or -ENOMEM. */
int process_first(struct process **created);

/* Give up what a process has but its memory and its number: files, and more. */
void process_release(struct process *process);

/* Free a process that never ran. */
void process_abandon(struct process *process);

/* A new process with a number, a child of the running one; NULL if there is no memory, or no more
 * than process_limit() may be. */
struct process *process_new(void);
uint32_t process_limit(void);

/* Make a process that has never run come out of context_switch() in ring 3, with the registers of
 * process_regs(). */
void process_prepare(struct process *process);

/* Make it a child of `parent`, instead of whose it was. */
void process_adopt(struct process *parent, struct process *child);

/* All that have a number, ended ones too, one after the other: first the one after NULL. */
struct process *process_next(const struct process *process);

/* The process of that number, ended or not; NULL if there is none. */
struct process *process_find(int32_t pid);

/* Has it ended, so that nobody needs what is left of it? */
int process_is_over(const struct process *process);

/* Free what is left of those whose parents have ended. */
void orphans_reap(void);

#define NOT_KILLED (-1)

/* ---- proc/exit.c ---- */

/* How it ended, as wait4() tells it: an exit status in bits 15:8, or the signal that killed it. */
_Noreturn void process_exit(int32_t wait_status);

/* The parent of a vfork() may go on: the child needs its memory no more. */
void vfork_done(struct process *child);

/* ---- proc/signal.c ---- */

/* Tell a process to end, unless it is a signal that does nothing by itself. */
void signal_send(struct process *process, int signal);

/* What an exception is to a program that does not expect it. */
int signal_of_trap(uint32_t vector);

/* Has a signal come for this process? Whoever sleeps for long gives up then. */
int signal_pending(const struct process *process);

/* Has one come that ends it? It needs no memory any more, and waits for nothing. */
int is_dying(const struct process *process);

/* Called by entry/return.asm before ring 3 goes on, if process.work says that there is something
 * to do. */
void work_before_return(struct pt_regs *regs);

/* ---- proc/exec.c ---- */

struct inode;

/* Strings are taken from where the caller says: copy_from_user(), or the kernel's memory. */
int copy_from_kernel(void *to, const void *from, size_t size);

struct exec_strings {
    int (*copy)(void *to, const void *from, size_t size);
    const char *const *arguments;   /* ended by NULL */
    const char *const *environment; /* ended by NULL */
    const char *const *prefix;      /* the kernel's own, in place of the first argument; or NULL */
};

/* Could they be read? Returns 0 or -errno. */
long exec_strings_check(const struct exec_strings *strings);

/* Replace the program of `process`, which is the running one or has never run. Returns 0 or -errno;
 * then nothing has changed. */
int process_exec(struct process *process, struct inode *inode, const char *name,
                 const struct exec_strings *strings);

/* ---- proc/preempt.c ---- */

/* After an interrupt of ring 3: if somebody else waits for a CPU, it is his turn. */
void preempt(const struct pt_regs *regs);

/* ---- proc/switch.c and proc/queue.c: which process runs ---- */

/* Leave the running process for `next`; comes back when somebody switches to this one again. */
void switch_to(struct process *next);

/* Let the next process in the queue run; comes back when it is this one's turn again. Returns 0 at
 * once if the queue is empty. */
int process_yield(void);

/* Leave the running process, which has ended or sleeps, for whatever there is to do. */
void process_leave(void);

/* Let the others run, or sleep until an interrupt. For a CPU's idle process. */
void process_idle(void);

/* The queue of those that wait for a CPU; queue_pop() gives the one that has waited longest, or
 * NULL. */
void queue_push(struct process *process);
struct process *queue_pop(void);
