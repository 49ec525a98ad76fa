/* sys/ids.c: who a program runs for: everybody is root, and stays so. */

#include "mm/mm.h"
#include "sys/calls.h"

#define ROOT(name)                                                                                 \
    long sys_##name(void)                                                                          \
    {                                                                                              \
        return 0;                                                                                  \
    }

/* The names with 32 are those of the time since user numbers have so many bits. */
ROOT(getuid)
ROOT(getgid)
ROOT(geteuid)
ROOT(getegid)
ROOT(getuid32)
ROOT(getgid32)
ROOT(geteuid32)
ROOT(getegid32)

long sys_getgroups32(int count, uint32_t *groups)
{
    (void)groups;
    return count < 0 ? -EINVAL : 0;
}

#define STAY_ROOT(name)                                                                            \
    long sys_##name(uint32_t id)                                                                   \
    {                                                                                              \
        return id == UINT32_MAX ? -EINVAL : 0;                                                     \
    }

STAY_ROOT(setuid)
STAY_ROOT(setgid)
STAY_ROOT(setuid32)
STAY_ROOT(setgid32)

/* Several numbers at once: real, effective, saved. */
ROOT(setreuid32)
ROOT(setregid32)
ROOT(setresuid32)
ROOT(setresgid32)
ROOT(setgroups32)

long sys_getresuid32(uint32_t *real, uint32_t *effective, uint32_t *saved)
{
    uint32_t *const ids[] = {real, effective, saved};
    const uint32_t id = 0;
    int error = 0;

    for (int i = 0; i < 3 && error == 0; i++) {
        error = copy_to_user(ids[i], &id, sizeof id);
    }
    return error;
}

long sys_getresgid32(uint32_t *real, uint32_t *effective, uint32_t *saved)
{
    return sys_getresuid32(real, effective, saved);
}
