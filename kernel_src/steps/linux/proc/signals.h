/* proc/signals.h: signals (signal(7)): who gets which, and what he does then. */
#pragma once

#include <stdint.h>

#include "include/structs.h"

static inline sigset signal_bit(int signal)
{
    return (sigset)1 << (signal - 1);
}

/* Those that do nothing by themselves, that a terminal stops programs with, and that nobody can
 * ignore or put off. */
#define SIGNALS_IGNORED                                                                            \
    (signal_bit(SIGCHLD) | signal_bit(SIGCONT) | signal_bit(SIGURG) | signal_bit(SIGWINCH))
#define SIGNALS_STOP_TTY (signal_bit(SIGTSTP) | signal_bit(SIGTTIN) | signal_bit(SIGTTOU))
#define SIGNALS_UNBLOCKABLE (signal_bit(SIGKILL) | signal_bit(SIGSTOP))

struct rlimit {
    uint32_t now, most;
};

/* As programs hand it over (Linux arch/x86/include/uapi/asm/signal.h). */
struct sigaction {
    uint32_t handler; /* SIG_DFL, SIG_IGN, or an address */
    uint32_t flags;
    uint32_t restorer;
    sigset mask;
};

/* What a handler is told beside the number (siginfo_t): the code, and what that one has. */
struct signal_info {
    int32_t signal, code;
    uint32_t value[3]; /* pid, uid and status; or the address of a fault */
};

struct pending {
    struct pending *next;
    struct signal_info info;
};

/* What prctl(2) can be asked for. */
enum property {
    NO_NEW_PRIVS,
    KEEPS_CAPS,
    DUMPABLE,
    INHERITED, /* those before: a child has them as its parent */
    PARENT_DEATH_SIGNAL = INHERITED,
    TAKES_ORPHANS,
    PROPERTIES
};

struct alarm {
    uint32_t is_set, tick, period;
};

#define ALARMS (ITIMER_PROF + 1)

/* What the threads of a process have in common. */
struct group {
    struct process *leader; /* the thread whose number is the process's */
    struct node *members;   /* its threads, the newest first */
    uint32_t threads;       /* that have not ended */
    int32_t pgid, sid;      /* process group and session */
    uint32_t is_ending;     /* every thread has to end */
    int32_t wait_status;    /* how it ends then */
    uint32_t exit_signal;   /* tells the parent */
    uint32_t has_execed;
    uint32_t stopped_by; /* a signal, or 0 */
    uint32_t tell_stop;  /* the parent has not yet asked about it */
    uint32_t tell_continue;
    struct inode *cwd, *root;       /* working directory; where "/" leads */
    struct inode *exe;              /* the program */
    uint32_t umask;                 /* mode bits that new files do not get */
    struct wait_queue stopped;      /* threads, while it is */
    struct wait_queue thread_ended; /* whoever waits to be the only one */
    struct pending_list pending;    /* for any thread */
    struct alarm alarms[ALARMS];    /* by ITIMER_REAL, ...: see proc/alarm.h */
    uint32_t ticks, child_ticks;    /* its threads had a CPU; children that wait4() told of had */
    int32_t nice;                   /* setpriority(2): only remembered */
    uint32_t policy;                /* as sched(7) has it, and so are they */
    int32_t priority;
    uint32_t personality; /* personality(2): only remembered */
    uint32_t properties[PROPERTIES];
    struct rlimit limits[RLIMIT_COUNT];
    struct sigaction action[SIGNAL_LIMIT - 1];
};

/* ---- sys/groups.c ---- */

/* Of a process, or if 0 the running one's; NULL: there is none of that number. */
struct group *group_of(int32_t pid);

/* ---- proc/signal.c: sending ---- */

/* To a process: one of its threads will take it; to one thread. */
void signal_send_info(struct process *process, const struct signal_info *info);
void signal_send_thread(struct process *thread, const struct signal_info *info);

#define EVERYBODY 0 /* no group has that number: all but process 1 and the caller */

/* To every process of a group. Returns how many there were. */
uint32_t signal_send_group(int32_t pgid, const struct signal_info *info);

/* What an exception does: it cannot be ignored or put off. */
void signal_force(int signal, int code, uint32_t address);

/* Make every thread of a process look what there is to do. */
void signals_notify_all(const struct group *group);

/* Look again if anything has arrived that is not blocked: WORK_SIGNAL says so. */
void signals_look(struct process *process);

/* The next one of a set. Returns 0 if there is none. */
int signal_take(struct process *process, sigset allowed, struct signal_info *info);

/* Take back a signal that was sent to the process or its threads. */
void signal_forget(struct process *process, int signal);

void pending_free(struct pending_list *list);

/* Signals that do not make a thread look. */
static inline sigset signals_put_off(const struct process *process)
{
    return process->blocked & ~process->awaited;
}

static inline struct sigaction *action_of(const struct process *process, int signal)
{
    return &process->group->action[signal - 1];
}

/* ---- sys/signals.c ---- */

/* Until the running call is over, other signals wait: those of a program's mask. Returns 0 or
 * -errno. */
long signals_wait_with(const sigset *mask, uint32_t mask_size);

/* ---- sys/limits.c ---- */

void limits_first(struct group *group);

/* ---- proc/group.c ---- */

int group_first(struct process *process);
void group_free(struct process *process);

/* Is there a process group of that number, in that session unless it is 0? */
int group_exists(int32_t pgid, int32_t sid);

/* Every thread of the running one's process ends, with this wait status. */
_Noreturn void group_exit(int32_t wait_status);

/* For execve(): only the running thread is left, and it is the leader. Returns 0 or
 * -errno. */
int group_only_me(struct process *process);

/* What a new program has: handlers are gone, what was ignored stays so. */
void signals_exec(struct process *process);

/* Stop and go on. */
void group_stop(struct process *process, int signal);

/* Would anybody be there to make it go on? A terminal does not stop a process group that has no
 * parent in its session. */
int group_may_stop(const struct process *process);

/* `process` has lost that parent, or ends itself: if nobody is left who would make its process
 * group go on, those of it that are stopped are told that the terminal is gone, and go on. */
void group_orphaned(const struct process *process, const struct group *parents);
void group_continue(struct group *group, int tell);

/* ---- proc/signal_frame.c ---- */

/* What sigaltstack() says of the other stack: SS_DISABLE, SS_ONSTACK if `esp` is there, or 0. */
int altstack_flags(const struct process *process, uint32_t esp);

/* Make the program's handler run: build what it returns through on its stack. Returns 0 or
 * -EFAULT. */
int signal_frame_build(struct pt_regs *regs, const struct signal_info *info, sigset mask);
