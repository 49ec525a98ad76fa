/* sys/cwd.c: system calls about the working directory. */

#include "fs/file.h"
#include "fs/inode.h"
#include "lib/lib.h"
#include "lib/text.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"
#include "proc/signals.h"
#include "sys/calls.h"
#include "sys/names.h"

long sys_chdir(const char *path)
{
    struct group *group = current_process()->group;
    struct inode *inode;
    long error = inode_of_name(AT_FDCWD, path, 1, &inode);

    if (error) {
        return error;
    }
    if (!is_directory(inode)) {
        inode_put(inode);
        return -ENOTDIR;
    }
    inode_put(group->cwd);
    group->cwd = inode;
    return 0;
}

long sys_fchdir(int fd)
{
    struct group *group = current_process()->group;
    const struct file *file = file_of(fd);

    if (!file || !file->inode || !is_directory(file->inode)) {
        return file ? -ENOTDIR : -EBADF;
    }
    inode_get(file->inode);
    inode_put(group->cwd);
    group->cwd = file->inode;
    return 0;
}

/* The name of a directory in its parent. */
static const char *name_in_parent(const struct inode *directory)
{
    const struct entry *entry = directory->parent->entries;

    while (entry && entry->inode != directory) {
        entry = entry->next;
    }
    return entry ? entry->name : NULL;
}

/* From its end to its beginning: directories know their parents, not their children's names. */
long sys_getcwd(char *buffer, size_t size)
{
    char *path = memory_alloc(PATH_MAX);
    uint32_t at = PATH_MAX - 1;
    long error = path ? 0 : -ENOMEM;

    for (const struct inode *d = current_process()->group->cwd; error == 0 && d != root;
         d = d->parent) {
        const char *name = name_in_parent(d);
        uint32_t length = name ? text_size(name) - 1 : 0;
        error = !name ? -ENOENT : length + 1 > at ? -ENAMETOOLONG : 0;
        if (error == 0) {
            at -= length;
            memcpy(path + at, name, length);
            path[--at] = '/';
        }
    }
    if (error == 0 && at == PATH_MAX - 1) {
        path[--at] = '/';
    }
    uint32_t length = PATH_MAX - at;
    if (error == 0) {
        error = length > size ? -ERANGE : copy_to_user(buffer, path + at, length);
    }
    memory_free(path);
    return error ? error : (long)length;
}
