/* fs/file.c: open files, and the numbers by which a process knows them. */

#include "fs/file.h"

#include "fs/inode.h"
#include "lib/lib.h"
#include "mm/space.h"
#include "proc/process.h"
#include "sys/locks.h"

struct file *file_create(const struct file_ops *ops, uint32_t flags, void *object)
{
    struct file *file = memory_alloc(sizeof *file);

    if (file) {
        *file = (struct file){.ops = ops, .users = 1, .flags = flags, .object = object};
    }
    return file;
}

struct file *file_with_object(const struct file_ops *ops, uint32_t flags, size_t size)
{
    void *object = memory_alloc(size);
    struct file *file = object ? file_create(ops, flags, object) : NULL;

    if (!file) {
        memory_free(object);
    }
    return file;
}

void object_release(struct file *file)
{
    memory_free(file->object);
}

/* The process's, by whichever open file it closes, or those of an open file that is gone. */
static void locks_forget(const struct file *file, const void *owner)
{
    if (file->inode && file->inode->locks) {
        locks_release(file->inode, owner);
    }
}

void file_release(struct file *file)
{
    locks_forget(file, file);
    if (file->ops->release) {
        file->ops->release(file);
    }
    memory_free(file);
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

/* There must be none of that number. Returns 0 or -ENOMEM. */
static int put_at(struct files *files, struct file *file, uint32_t fd)
{
    struct slot **piece = &files->pieces[fd / FILES_IN_PIECE];

    if (!*piece) {
        *piece = memory_alloc(FILES_IN_PIECE * sizeof **piece);
        if (!*piece) {
            return -ENOMEM;
        }
    }
    (*piece)[fd % FILES_IN_PIECE] = (struct slot){file, 0};
    files->limit = fd >= files->limit ? fd + 1 : files->limit;
    while (files->first_free < files->limit) {
        const struct slot *slot = slot_of_fd(files, files->first_free);
        if (!slot || !slot->file) {
            break;
        }
        files->first_free++;
    }
    return 0;
}

int file_install(struct file *file, int lowest)
{
    struct files *files = current_process()->files;
    uint32_t fd = (uint32_t)lowest > files->first_free ? (uint32_t)lowest : files->first_free;

    while (file_or_place_of((int)fd)) {
        fd++;
    }
    int error = fd < files_max() ? put_at(files, file, fd) : -EMFILE;
    return error ? error : (int)fd;
}

int file_install_at(struct file *file, int fd)
{
    struct slot *slot = slot_of_fd(current_process()->files, (uint32_t)fd);

    if (!slot) {
        return put_at(current_process()->files, file, (uint32_t)fd);
    }
    file_close(fd);
    return put_at(current_process()->files, file, (uint32_t)fd);
}

int file_close(int fd)
{
    struct files *files = current_process()->files;
    struct file *file = file_or_place_of(fd);

    if (!file) {
        return -EBADF;
    }
    slot_of_fd(files, (uint32_t)fd)->file = NULL;
    files->first_free = lower(files->first_free, (uint32_t)fd);
    locks_forget(file, files);
    while (files->limit > 0 && !file_or_place_of((int)files->limit - 1)) {
        files->limit--;
    }
    file_put(file);
    return 0;
}

int files_first(struct process *process)
{
    struct files *files = memory_alloc(sizeof *files);
    struct file *console = files ? console_open() : NULL;

    if (!console) {
        memory_free(files);
        return -ENOMEM;
    }
    files->users = 1;
    process->files = files;
    int error = put_at(files, console, 0);
    for (uint32_t fd = 1; error == 0 && fd <= 2; fd++) {
        error = put_at(files, file_get(console), fd);
    }
    return error;
}

/* Every file, and what holds them. */
static void files_free(struct files *files)
{
    for (uint32_t fd = 0; fd < files->limit; fd++) {
        const struct slot *slot = slot_of_fd(files, fd);
        if (slot && slot->file) {
            locks_forget(slot->file, files);
            file_put(slot->file);
        }
    }
    for (uint32_t i = 0; i < OPEN_MAX / FILES_IN_PIECE; i++) {
        memory_free(files->pieces[i]);
    }
    memory_free(files);
}

struct files *files_copy(const struct files *files)
{
    struct files *copy = memory_alloc(sizeof *copy);

    if (!copy) {
        return NULL;
    }
    copy->users = 1;
    for (uint32_t fd = 0; fd < files->limit; fd++) {
        const struct slot *slot = slot_of_fd(files, fd);
        if (!slot || !slot->file) {
            continue;
        }
        if (put_at(copy, slot->file, fd) != 0) {
            files_free(copy);
            return NULL;
        }
        file_get(slot->file);
        slot_of_fd(copy, fd)->close_on_exec = slot->close_on_exec;
    }
    return copy;
}

void files_leave(struct process *process)
{
    struct files *files = process->files;

    process->files = NULL;
    if (files && --files->users == 0) {
        files_free(files);
    }
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
        const struct slot *slot = slot_of_fd(files, fd);
        if (slot && slot->file && slot->close_on_exec) {
            file_close((int)fd);
        }
    }
}
