/* sys/process.c: system calls about processes. */

#include "proc/process.h"

#include "dev/dev.h"
#include "fs/inode.h"
#include "kernel/suite.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/fork.h"
#include "proc/sleep.h"
#include "sys/calls.h"
#include "sys/time.h"

#define NAME_BYTES (64 + 1) /* kernel.toml allows names of 64 */
#define NS_PER_TICK (1000000000u / TIMER_HZ)

long sys_exit(int status)
{
    process_end(status & 0xff, NOT_KILLED); /* as Linux: no more of it is kept */
}

long sys_getpid(void)
{
    return current_process()->pid;
}

long sys_getppid(void)
{
    return current_process()->parent->pid;
}

long sys_sched_yield(void)
{
    process_yield();
    return 0;
}

long sys_clone(uint32_t flags, uint32_t stack)
{
    const struct clone clone = {flags, stack};

    return process_fork(&clone);
}

/* Programs have names here, not paths: see kernel/programs.asm. */
long sys_execve(const char *path, const char *const *arguments, const char *const *environment)
{
    const struct exec_strings strings = {copy_from_user, arguments, environment, NULL};
    char name[NAME_BYTES];
    long size = string_from_user(name, path, sizeof name);

    size = size < 0 ? size : exec_strings_check(&strings);
    if (size < 0) {
        return size;
    }
    const struct program *program = program_find(name);
    return program ? process_exec(current_process(), inode_of_program(program), name, &strings)
                   : -ENOENT;
}

long sys_kill(int32_t pid, int signal)
{
    struct process *process = process_find(pid);

    if (!process) {
        return -ESRCH;
    }
    if ((uint32_t)signal >= SIGNAL_LIMIT) {
        return -EINVAL;
    }
    if (signal != 0) {
        signal_send(process, signal);
    }
    return 0;
}

/* In ticks, one more than asked for: the next may come at once. The clock's numbers wrap around:
 * half of them are the future. */
static uint32_t ticks_of(const struct timespec *time)
{
    if ((uint32_t)time->seconds >= INT32_MAX / TIMER_HZ) {
        return INT32_MAX;
    }
    return (uint32_t)time->seconds * TIMER_HZ +
           ((uint32_t)time->nanoseconds + NS_PER_TICK - 1) / NS_PER_TICK + 1;
}

long sys_nanosleep(const struct timespec *wanted, struct timespec *left)
{
    struct wait_queue nobody = {NULL, NULL};
    struct timespec time;

    if (copy_from_user(&time, wanted, sizeof time) != 0) {
        return -EFAULT;
    }
    if (time.seconds < 0 || time.nanoseconds < 0 || time.nanoseconds >= 1000000000) {
        return -EINVAL;
    }
    uint32_t until = timer_ticks + ticks_of(&time);
    (void)left;
    while (!signal_pending(current_process())) {
        if (sleep_until(&nobody, until)) {
            return 0;
        }
    }
    return -EINTR;
}
