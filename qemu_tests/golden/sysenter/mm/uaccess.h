/* mm/uaccess.h: the only ways in which the kernel touches a program's memory. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "include/constants.h"

int copy_or_fault(void *to, const void *from, size_t size);

/* Does the whole range lie below USER_TOP? Written so that no sum can wrap around. */
static inline int user_range_ok(uint32_t addr, size_t size)
{
    return size <= USER_TOP && addr <= USER_TOP - size;
}

/* Both return 0 or -EFAULT. The range check keeps a program from naming kernel memory; whether its
 * own pages are there, and writable, is found out by the CPU. */
static inline int copy_from_user(void *to, const void *from, size_t size)
{
    return user_range_ok((uint32_t)from, size) ? copy_or_fault(to, from, size) : -EFAULT;
}

static inline int copy_to_user(void *to, const void *from, size_t size)
{
    return user_range_ok((uint32_t)to, size) ? copy_or_fault(to, from, size) : -EFAULT;
}
