/* sys/limits.c: how much of a thing a process may have: getrlimit(2), nice(2).
 *
 * The number of open files is limited, and how long they become; all else is remembered for who
 * asks.
 */

#include "fs/file.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "proc/process.h"
#include "proc/signals.h"
#include "sys/calls.h"

#define UNLIMITED UINT32_MAX
#define FILES_AT_FIRST 1024 /* as Linux */
#define NICE_MIN (-20)
#define NICE_MAX 19
#define NICE_ASKED 20 /* getpriority() gives this less the value: it must not look like an error */

struct rlimit64 {
    uint64_t now, most;
};

void limits_first(struct group *group)
{
    memset(group->limits, 0xff, sizeof group->limits);
    group->limits[RLIMIT_STACK].now = USER_STACK_LIMIT_BYTES;
    group->limits[RLIMIT_NOFILE] = (struct rlimit){FILES_AT_FIRST, OPEN_MAX};
    group->limits[RLIMIT_CORE].now = 0;
}

static struct rlimit *limit_of(uint32_t which)
{
    return &current_process()->group->limits[which];
}

uint32_t files_max(void)
{
    return limit_of(RLIMIT_NOFILE)->now;
}

static uint64_t widened(uint32_t value)
{
    return value == UNLIMITED ? UINT64_MAX : value;
}

uint64_t file_limit_for(uint64_t size)
{
    uint64_t limit = widened(limit_of(RLIMIT_FSIZE)->now);

    if (size > limit) {
        signal_send(current_process(), SIGXFSZ);
    }
    return limit;
}

long sys_ugetrlimit(uint32_t which, struct rlimit *to)
{
    return which >= RLIMIT_COUNT ? -EINVAL : copy_to_user(to, limit_of(which), sizeof *to);
}

static long set(struct group *group, uint32_t which, struct rlimit limit)
{
    if (limit.now > limit.most || (which == RLIMIT_NOFILE && limit.most > OPEN_MAX)) {
        return limit.now > limit.most ? -EINVAL : -EPERM;
    }
    group->limits[which] = limit;
    return 0;
}

long sys_setrlimit(uint32_t which, const struct rlimit *from)
{
    struct rlimit limit;

    return which >= RLIMIT_COUNT ? -EINVAL
           : copy_from_user(&limit, from, sizeof limit) != 0
               ? -EFAULT
               : set(current_process()->group, which, limit);
}

static uint32_t narrowed(uint64_t value)
{
    return value < UNLIMITED ? (uint32_t)value : UNLIMITED;
}

/* Both at once, in 64 bits, and of any process. */
long sys_prlimit64(int32_t pid, uint32_t which, const struct rlimit64 *from, struct rlimit64 *to)
{
    struct group *group = group_of(pid);
    struct rlimit64 wanted;
    long error = 0;

    if (!group || which >= RLIMIT_COUNT) {
        return group ? -EINVAL : -ESRCH;
    }
    const struct rlimit *limit = &group->limits[which];
    const struct rlimit64 before = {widened(limit->now), widened(limit->most)};
    if (from) {
        error =
            copy_from_user(&wanted, from, sizeof wanted) != 0
                ? -EFAULT
                : set(group, which, (struct rlimit){narrowed(wanted.now), narrowed(wanted.most)});
    }
    return error || !to ? error : copy_to_user(to, &before, sizeof before);
}

/* Everybody gets the same share of a CPU, but who asks for less shall find that he did. */
long sys_getpriority(int which, int32_t pid)
{
    const struct group *group = group_of(pid);

    return which ? -EINVAL : group ? NICE_ASKED - group->nice : -ESRCH;
}

long sys_setpriority(int which, int32_t pid, int nice)
{
    struct group *group = group_of(pid);

    if (which || !group) {
        return which ? -EINVAL : -ESRCH;
    }
    group->nice = nice < NICE_MIN ? NICE_MIN : nice > NICE_MAX ? NICE_MAX : nice;
    return 0;
}

/* All processes run where there is room. */
long sys_sched_getaffinity(int32_t pid, uint32_t size, uint32_t *to)
{
    const uint32_t cpus = (1u << CPU_COUNT) - 1;

    if (size < sizeof cpus || size % sizeof cpus) {
        return -EINVAL;
    }
    if (!group_of(pid)) {
        return -ESRCH;
    }
    return copy_to_user(to, &cpus, sizeof cpus) != 0 ? -EFAULT : (long)sizeof cpus;
}

long sys_sched_setaffinity(int32_t pid, uint32_t size, const uint32_t *from)
{
    uint32_t wanted = 0;

    if (copy_from_user(&wanted, from, lower(size, sizeof wanted)) != 0) {
        return -EFAULT;
    }
    if (!group_of(pid)) {
        return -ESRCH;
    }
    return wanted & ((1u << CPU_COUNT) - 1) ? 0 : -EINVAL;
}
