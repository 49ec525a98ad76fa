/* sys/limits.c: how much of a thing a process may have: getrlimit(2).
 *
 * The limits cannot be moved.
 */

#include "mm/mm.h"
#include "sys/calls.h"

#define UNLIMITED UINT32_MAX

struct rlimit {
    uint32_t now, most;
};

struct rlimit64 {
    uint64_t now, most;
};

static struct rlimit limit_of(uint32_t which)
{
    const uint32_t value = which == RLIMIT_STACK    ? USER_STACK_LIMIT_BYTES
                           : which == RLIMIT_NOFILE ? OPEN_MAX
                                                    : UNLIMITED;

    return (struct rlimit){value, value};
}

long sys_ugetrlimit(uint32_t which, struct rlimit *to)
{
    const struct rlimit limit = limit_of(which);

    return which >= RLIMIT_COUNT ? -EINVAL : copy_to_user(to, &limit, sizeof limit);
}

/* Programs set limits to be stopped before they take too much: they are not. */
long sys_setrlimit(uint32_t which, const struct rlimit *from)
{
    struct rlimit limit;

    if (which >= RLIMIT_COUNT) {
        return -EINVAL;
    }
    if (copy_from_user(&limit, from, sizeof limit) != 0) {
        return -EFAULT;
    }
    return limit.now > limit.most ? -EINVAL : 0;
}

static uint64_t widened(uint32_t value)
{
    return value == UNLIMITED ? UINT64_MAX : value;
}

/* Both at once, in 64 bits; of the caller, whichever process is named. */
long sys_prlimit64(int32_t pid, uint32_t which, const struct rlimit64 *from, struct rlimit64 *to)
{
    const struct rlimit limit = limit_of(which);
    const struct rlimit64 before = {widened(limit.now), widened(limit.most)};
    struct rlimit64 wanted;

    (void)pid;
    if (which >= RLIMIT_COUNT) {
        return -EINVAL;
    }
    if (from && copy_from_user(&wanted, from, sizeof wanted) != 0) {
        return -EFAULT;
    }
    if (from && wanted.now > wanted.most) {
        return -EINVAL;
    }
    return to ? copy_to_user(to, &before, sizeof before) : 0;
}
