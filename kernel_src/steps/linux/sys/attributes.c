/* sys/attributes.c: system calls that ask for and change modes and times of files. */

#include "dev/clock.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "mm/mm.h"
#include "sys/calls.h"
#include "sys/names.h"
#include "sys/time.h"

/* Everybody is root, who may do everything but execute what nobody may. */
long sys_faccessat2(int base_fd, const char *path, uint32_t mode, int flags)
{
    struct inode *inode;

    if ((mode & ~7u) || (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))) {
        return -EINVAL;
    }
    long error = inode_at(base_fd, path, flags, &inode);
    return error ? error
           : (mode & 1) && !is_directory(inode) && (inode->mode & 0111) == 0
               ? put_after(inode, -EACCES)
               : put_after(inode, 0);
}

static long change_mode(struct inode *inode, uint32_t mode)
{
    inode->mode = (inode->mode & S_IFMT) | (mode & S_IALLUGO);
    inode->ctime = file_time_now;
    return 0;
}

long sys_fchmodat(int base_fd, const char *path, uint32_t mode)
{
    struct inode *inode;
    long error = inode_at(base_fd, path, 0, &inode);

    return error ? error : put_after(inode, change_mode(inode, mode));
}

long sys_fchmod(int fd, uint32_t mode)
{
    struct inode *inode;
    long error = file_of(fd) ? inode_of_fd(fd, &inode) : -EBADF;

    return error ? error : put_after(inode, change_mode(inode, mode));
}

static int is_file_time(const struct timespec64 *time)
{
    return (uint32_t)time->nanoseconds < 1000000000u || time->nanoseconds == UTIME_NOW ||
           time->nanoseconds == UTIME_OMIT;
}

static void set_time(struct file_time *time, const struct timespec64 *from)
{
    if (from->nanoseconds != UTIME_OMIT) {
        *time = from->nanoseconds == UTIME_NOW
                    ? file_time_now
                    : (struct file_time){from->seconds, (uint32_t)from->nanoseconds, 0};
    }
}

static long set_times(struct inode *inode, const struct timespec64 *times)
{
    if (!is_file_time(&times[0]) || !is_file_time(&times[1])) {
        return -EINVAL;
    }
    set_time(&inode->atime, &times[0]);
    set_time(&inode->mtime, &times[1]);
    inode->ctime = file_time_now;
    return 0;
}

/* Without a path it is the open file itself. */
static long set_times_of(int base_fd, const char *path, const struct timespec64 *times, int flags)
{
    struct inode *inode;
    long error = path               ? inode_at(base_fd, path, flags, &inode)
                 : file_of(base_fd) ? inode_of_fd(base_fd, &inode)
                                    : -EBADF;

    return error ? error : put_after(inode, set_times(inode, times));
}

long sys_utimensat(int base_fd, const char *path, const struct timespec *from, int flags)
{
    struct timespec64 times[] = {{0, UTIME_NOW}, {0, UTIME_NOW}};

    if (from && times_get(from, times, 2) != 0) {
        return -EFAULT;
    }
    if (times[0].nanoseconds == UTIME_OMIT && times[1].nanoseconds == UTIME_OMIT) {
        return 0;
    }
    if (flags & ~(path ? AT_SYMLINK_NOFOLLOW : 0)) {
        return -EINVAL;
    }
    return set_times_of(base_fd, path, times, flags);
}

/* As it was when times were told to the second; `width` 2: or to the microsecond. */
static long set_old_times(int base_fd, const char *path, const void *from, uint32_t width)
{
    struct timespec64 times[] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
    int32_t given[4] = {0};

    if (from && copy_from_user(given, from, 2 * width * sizeof given[0]) != 0) {
        return -EFAULT;
    }
    for (uint32_t i = 0; i < 2 && from; i++) {
        int32_t microseconds = width == 2 ? given[2 * i + 1] : 0;
        if ((uint32_t)microseconds >= 1000000) {
            return -EINVAL;
        }
        times[i] = (struct timespec64){given[width * i], microseconds * 1000};
    }
    return set_times_of(base_fd, path, times, 0);
}

long sys_utime(const char *path, const int32_t *from)
{
    return set_old_times(AT_FDCWD, path, from, 1);
}

long sys_futimesat(int base_fd, const char *path, const struct timeval *from)
{
    return set_old_times(base_fd, path, from, 2);
}
