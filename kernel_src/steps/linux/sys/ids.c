/* sys/ids.c: who a program runs for: everybody is root, and stays so. */

#include "mm/mm.h"
#include "sys/calls.h"

/* The answer to all that asks for one number, and to all that wants to change some. */
long sys_zero(void)
{
    return 0;
}

/* Both setuid() and setgid(). */
long sys_setuid32(uint32_t id)
{
    return id == UINT32_MAX ? -EINVAL : 0;
}

long sys_getgroups32(int count, uint32_t *groups)
{
    (void)groups;
    return count < 0 ? -EINVAL : 0;
}

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
