/* lib/linux_errno.h: Linux's error numbers (asm-generic/errno-base.h), as the checks expect them.
 *
 * Not the names of include/constants.h: a wrong number there would agree with itself.
 */
#pragma once

#define LINUX_ENOEXEC 8
#define LINUX_EBADF 9
#define LINUX_EFAULT 14
#define LINUX_EINVAL 22
#define LINUX_ENOSYS 38
