/* sys/cwd.c: system calls about the working directory. */

#include "fs/file.h"
#include "fs/inode.h"
#include "fs/path.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"
#include "proc/signals.h"
#include "sys/calls.h"
#include "sys/names.h"

/* In place of the one that is there. */
static long change_to(struct inode **directory, const char *path)
{
    struct inode *inode;
    long error = inode_of_name(AT_FDCWD, path, 1, &inode);

    if (error) {
        return error;
    }
    if (!is_directory(inode)) {
        return put_after(inode, -ENOTDIR);
    }
    inode_put(*directory);
    *directory = inode;
    return 0;
}

long sys_chdir(const char *path)
{
    return change_to(&current_process()->group->cwd, path);
}

/* The working directory stays where it is. */
long sys_chroot(const char *path)
{
    return change_to(&current_process()->group->root, path);
}

long sys_fchdir(int fd)
{
    struct group *group = current_process()->group;
    const struct file *file = file_or_place_of(fd);

    if (!file || !file->inode || !is_directory(file->inode)) {
        return file ? -ENOTDIR : -EBADF;
    }
    inode_get(file->inode);
    inode_put(group->cwd);
    group->cwd = file->inode;
    return 0;
}

long sys_getcwd(char *buffer, size_t size)
{
    char *path = memory_alloc(PATH_MAX);
    long at = path ? path_of_inode(current_process()->group->cwd, path) : -ENOMEM;
    uint32_t length = PATH_MAX - (uint32_t)at;

    if (at >= 0) {
        at = length > size ? -ERANGE : copy_to_user(buffer, path + at, length);
    }
    memory_free(path);
    return at < 0 ? at : (long)length;
}
