/* sys/io.c: system calls about open files. */

#include "fs/file.h"
#include "mm/mm.h"
#include "sys/calls.h"

/* A file stays while a call uses it: another thread may close its number meanwhile. */
static long transfer(int fd, void *buffer, size_t size, int is_write)
{
    struct file *file = file_of(fd);

    if (!file || (is_write ? !file->ops->write : !file->ops->read)) {
        return -EBADF;
    }
    if (!user_range_ok((uint32_t)buffer, size)) {
        return -EFAULT; /* before anything is waited for, or written */
    }
    file_get(file);
    long result =
        is_write ? file->ops->write(file, buffer, size) : file->ops->read(file, buffer, size);
    file_put(file);
    return result;
}

long sys_read(int fd, void *buffer, size_t size)
{
    return transfer(fd, buffer, size, 0);
}

long sys_write(int fd, const void *buffer, size_t size)
{
    return transfer(fd, (void *)buffer, size, 1);
}

long sys_close(int fd)
{
    return file_close(fd);
}

long sys_dup(int fd)
{
    struct file *file = file_of(fd);
    int copy = file ? file_install(file, 0) : -EBADF;

    if (copy >= 0) {
        file_get(file);
    }
    return copy;
}

long sys_dup2(int fd, int wanted)
{
    struct file *file = file_of(fd);

    if (!file || (uint32_t)wanted >= OPEN_MAX) {
        return -EBADF;
    }
    if (wanted != fd) {
        file_install_at(file_get(file), wanted);
    }
    return wanted;
}

long sys_pipe(int *fds)
{
    struct file *ends[2];
    int numbers[2];
    int error = pipe_create(ends, 0);

    if (error) {
        return error;
    }
    numbers[0] = file_install(ends[0], 0);
    numbers[1] = numbers[0] < 0 ? numbers[0] : file_install(ends[1], 0);
    error = numbers[1] < 0 ? numbers[1] : copy_to_user(fds, numbers, sizeof numbers);
    if (error == 0) {
        return 0;
    }
    for (int i = 0; i < 2; i++) {
        if (numbers[i] < 0 || file_close(numbers[i]) != 0) {
            file_put(ends[i]);
        }
    }
    return error;
}
