/* sys/descriptors.c: system calls about the numbers of open files. */

#include "fs/file.h"
#include "fs/pipe.h"
#include "mm/mm.h"
#include "proc/process.h"
#include "sys/calls.h"
#include "sys/locks.h"

#define STATUS_FLAGS (O_APPEND | O_NONBLOCK | O_NOATIME) /* those that may be changed later */

long sys_close(int fd)
{
    return file_close(fd);
}

static uint32_t *close_on_exec_of(int fd)
{
    return &slot_of_fd(current_process()->files, (uint32_t)fd)->close_on_exec;
}

void set_close_on_exec(int fd, int on)
{
    *close_on_exec_of(fd) = on != 0;
}

long file_install_new(struct file *file, uint32_t flags)
{
    int fd = file ? file_install(file, 0) : -ENOMEM;

    if (fd >= 0) {
        set_close_on_exec(fd, (flags & O_CLOEXEC) != 0);
    } else if (file) {
        file_put(file);
    }
    return fd;
}

static long duplicate(int fd, int lowest, int close_on_exec)
{
    struct file *file = file_or_place_of(fd);

    if (!file) {
        return -EBADF;
    }
    if ((uint32_t)lowest >= files_max()) {
        return -EINVAL;
    }
    int copy = file_install(file, lowest);
    if (copy >= 0) {
        file_get(file);
        set_close_on_exec(copy, close_on_exec);
    }
    return copy;
}

long sys_dup3(int fd, int wanted, uint32_t flags)
{
    struct file *file = file_or_place_of(fd);

    if ((flags & ~(uint32_t)O_CLOEXEC) || wanted == fd) {
        return -EINVAL;
    }
    if (!file || (uint32_t)wanted >= files_max()) {
        return -EBADF;
    }
    if (file_install_at(file_get(file), wanted) != 0) {
        file_put(file);
        return -ENOMEM;
    }
    set_close_on_exec(wanted, (flags & O_CLOEXEC) != 0);
    return wanted;
}

long sys_dup2(int fd, int wanted)
{
    if (wanted == fd) {
        return file_or_place_of(fd) ? fd : -EBADF;
    }
    return sys_dup3(fd, wanted, 0);
}

#define CLOSE_RANGE_UNSHARE 2u
#define CLOSE_RANGE_CLOEXEC 4u

long sys_close_range(uint32_t first, uint32_t last, uint32_t flags)
{
    if ((flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)) || first > last) {
        return -EINVAL;
    }
    if ((flags & CLOSE_RANGE_UNSHARE) && files_unshare(current_process()) != 0) {
        return -ENOMEM;
    }
    for (uint32_t fd = first; fd <= last && fd < current_process()->files->limit; fd++) {
        if (file_or_place_of((int)fd) && (flags & CLOSE_RANGE_CLOEXEC)) {
            set_close_on_exec((int)fd, 1);
        } else {
            (void)file_close((int)fd);
        }
    }
    return 0;
}

long sys_pipe2(int *fds, uint32_t flags)
{
    struct file *ends[2];

    if (flags & ~(uint32_t)(O_CLOEXEC | O_NONBLOCK)) {
        return -EINVAL;
    }
    int error = pipe_create(ends, flags & O_NONBLOCK);
    return error ? error : files_install_both(ends, fds, flags);
}

long files_install_both(struct file *ends[2], int *fds, uint32_t flags)
{
    int error, numbers[2];

    numbers[0] = file_install(ends[0], 0);
    numbers[1] = numbers[0] < 0 ? numbers[0] : file_install(ends[1], 0);
    error = numbers[1] < 0 ? numbers[1] : copy_to_user(fds, numbers, sizeof numbers);
    for (int i = 0; i < 2; i++) {
        if (error == 0) {
            set_close_on_exec(numbers[i], (flags & O_CLOEXEC) != 0);
        } else if (numbers[i] < 0 || file_close(numbers[i]) != 0) {
            file_put(ends[i]);
        }
    }
    return error;
}

long sys_fcntl64(int fd, int command, uint32_t argument)
{
    struct file *file = file_or_place_of(fd);

    if (!file || (!file_of(fd) && command > F_GETFL && command != F_DUPFD_CLOEXEC)) {
        return -EBADF;
    }
    switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        return duplicate(fd, (int)argument, command == F_DUPFD_CLOEXEC);
    case F_GETFD:
        return (long)*close_on_exec_of(fd);
    case F_SETFD:
        set_close_on_exec(fd, argument & FD_CLOEXEC);
        return 0;
    case F_GETFL:
        return (long)file->flags;
    case F_SETFL:
        file->flags = (file->flags & ~(uint32_t)STATUS_FLAGS) | (argument & STATUS_FLAGS);
        return 0;
    case F_GETPIPE_SZ:
    case F_SETPIPE_SZ: /* it has that size, and no other */
        return (file->ops->mode & S_IFMT) != S_IFIFO              ? -EBADF
               : command == F_SETPIPE_SZ && argument > PIPE_BYTES ? -EPERM
                                                                  : (long)PIPE_BYTES;
    default:
        return lock_command(file, command, (void *)argument);
    }
}
