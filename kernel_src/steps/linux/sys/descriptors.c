/* sys/descriptors.c: system calls about the numbers of open files. */

#include "fs/file.h"
#include "mm/mm.h"
#include "proc/process.h"
#include "sys/calls.h"

#define STATUS_FLAGS (O_APPEND | O_NONBLOCK) /* those that may be changed later */

long sys_close(int fd)
{
    return file_close(fd);
}

static void set_close_on_exec(int fd, int on)
{
    current_process()->files->close_on_exec[fd] = on != 0;
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
    struct file *file = file_of(fd);

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
    struct file *file = file_of(fd);

    if ((flags & ~(uint32_t)O_CLOEXEC) || wanted == fd) {
        return -EINVAL;
    }
    if (!file || (uint32_t)wanted >= files_max()) {
        return -EBADF;
    }
    file_install_at(file_get(file), wanted);
    set_close_on_exec(wanted, (flags & O_CLOEXEC) != 0);
    return wanted;
}

long sys_dup2(int fd, int wanted)
{
    if (wanted == fd) {
        return file_of(fd) ? fd : -EBADF;
    }
    return sys_dup3(fd, wanted, 0);
}

long sys_pipe2(int *fds, uint32_t flags)
{
    struct file *ends[2];
    int numbers[2];

    if (flags & ~(uint32_t)(O_CLOEXEC | O_NONBLOCK)) {
        return -EINVAL;
    }
    int error = pipe_create(ends, flags & O_NONBLOCK);
    if (error) {
        return error;
    }
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
    static const int16_t nobody = F_UNLCK; /* the first member of struct flock */
    struct file *file = file_of(fd);

    if (!file) {
        return -EBADF;
    }
    switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        return duplicate(fd, (int)argument, command == F_DUPFD_CLOEXEC);
    case F_GETFD:
        return current_process()->files->close_on_exec[fd];
    case F_SETFD:
        set_close_on_exec(fd, argument & FD_CLOEXEC);
        return 0;
    case F_GETFL:
        return (long)file->flags;
    case F_SETFL:
        file->flags = (file->flags & ~(uint32_t)STATUS_FLAGS) | (argument & STATUS_FLAGS);
        return 0;
    case F_GETLK:
    case F_GETLK64:
        return copy_to_user((void *)argument, &nobody, sizeof nobody);
    case F_SETLK:
    case F_SETLK64:
    case F_SETLKW:
    case F_SETLKW64:
        return 0; /* nobody else takes locks that differ */
    default:
        return -EINVAL;
    }
}
