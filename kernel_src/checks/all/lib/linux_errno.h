/* lib/linux_errno.h: Linux's error numbers (asm-generic/errno-base.h), as the checks expect them.
 *
 * Not the names of include/constants.h: a wrong number there would agree with itself.
 */
#pragma once

#define LINUX_EPERM 1
#define LINUX_ENOENT 2
#define LINUX_ESRCH 3
#define LINUX_E2BIG 7
#define LINUX_ENOEXEC 8
#define LINUX_EBADF 9
#define LINUX_ECHILD 10
#define LINUX_EAGAIN 11
#define LINUX_ENOMEM 12
#define LINUX_EFAULT 14
#define LINUX_EEXIST 17
#define LINUX_ENODEV 19
#define LINUX_EINVAL 22
#define LINUX_EMFILE 24
#define LINUX_ENAMETOOLONG 36
#define LINUX_ENOSYS 38
