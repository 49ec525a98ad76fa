/* fs/file.c: open files, and the numbers by which a process knows them. */

#include "fs/file.h"

#include "lib/lib.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"

struct file *file_create(const struct file_ops *ops, uint32_t flags, void *object)
{
    struct file *file = memory_alloc(sizeof *file);

    if (file) {
        *file = (struct file){.ops = ops, .users = 1, .flags = flags, .object = object};
    }
    return file;
}

void file_release(struct file *file)
{
    if (file->ops->release) {
        file->ops->release(file);
    }
    memory_free(file);
}

struct file *file_of(int fd)
{
    const struct files *files = current_process()->files;

    return (uint32_t)fd < files->limit ? files->file[fd] : NULL;
}

int file_wait(struct file *file, struct wait_queue *queue)
{
    if (file->flags & O_NONBLOCK) {
        return -EAGAIN;
    }
    if (signal_pending(current_process())) {
        return -ERESTARTSYS;
    }
    sleep_on(queue);
    return 0;
}

static void put_at(struct files *files, struct file *file, uint32_t fd)
{
    files->file[fd] = file;
    files->close_on_exec[fd] = 0;
    if (fd >= files->limit) {
        files->limit = fd + 1;
    }
}

int file_install(struct file *file, int lowest)
{
    struct files *files = current_process()->files;

    for (uint32_t fd = (uint32_t)lowest; fd < files_max(); fd++) {
        if (!files->file[fd]) {
            put_at(files, file, fd);
            return (int)fd;
        }
    }
    return -EMFILE;
}

void file_install_at(struct file *file, int fd)
{
    file_close(fd);
    put_at(current_process()->files, file, (uint32_t)fd);
}

int file_close(int fd)
{
    struct files *files = current_process()->files;
    struct file *file = file_of(fd);

    if (!file) {
        return -EBADF;
    }
    files->file[fd] = NULL;
    while (files->limit > 0 && !files->file[files->limit - 1]) {
        files->limit--;
    }
    file_put(file);
    return 0;
}

int files_first(struct process *process)
{
    _Static_assert(sizeof(struct files) <= PAGE_SIZE, "the heap has no larger pieces");
    struct files *files = memory_alloc(sizeof *files);
    struct file *console = files ? console_open() : NULL;

    if (!console) {
        memory_free(files);
        return -ENOMEM;
    }
    files->users = 1;
    for (uint32_t fd = 0; fd <= 2; fd++) {
        put_at(files, fd ? file_get(console) : console, fd);
    }
    process->files = files;
    return 0;
}

struct files *files_copy(const struct files *files)
{
    struct files *copy = memory_alloc(sizeof *copy);

    if (!copy) {
        return NULL;
    }
    copy->users = 1;
    copy->limit = files->limit;
    memcpy(copy->close_on_exec, files->close_on_exec, files->limit);
    for (uint32_t fd = 0; fd < files->limit; fd++) {
        copy->file[fd] = files->file[fd] ? file_get(files->file[fd]) : NULL;
    }
    return copy;
}

void files_leave(struct process *process)
{
    struct files *files = process->files;

    process->files = NULL;
    if (!files || --files->users != 0) {
        return;
    }
    for (uint32_t fd = 0; fd < files->limit; fd++) {
        if (files->file[fd]) {
            file_put(files->file[fd]);
        }
    }
    memory_free(files);
}

int files_unshare(struct process *process)
{
    if (process->files->users == 1) {
        return 0;
    }
    struct files *own = files_copy(process->files);
    if (!own) {
        return -ENOMEM;
    }
    files_leave(process);
    process->files = own;
    return 0;
}

void files_close_on_exec(struct files *files)
{
    for (uint32_t fd = 0; fd < files->limit; fd++) {
        if (files->file[fd] && files->close_on_exec[fd]) {
            file_close((int)fd);
        }
    }
}
