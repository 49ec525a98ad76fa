/* sys/names.c: paths out of programs, for system calls. */

#include "sys/names.h"

#include "fs/file.h"
#include "fs/inode.h"
#include "fs/magic.h"
#include "fs/path.h"
#include "lib/text.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"
#include "proc/signals.h"

static long base_of(int base_fd, struct inode **base)
{
    if (base_fd == AT_FDCWD) {
        *base = current_process()->group->cwd;
        return 0;
    }
    const struct file *file = file_or_place_of(base_fd);
    if (!file) {
        return -EBADF;
    }
    *base = file->inode;
    return file->inode && is_directory(file->inode) ? 0 : -ENOTDIR;
}

long name_get(struct name *name, int base_fd, const char *path)
{
    name->path = memory_alloc(PATH_MAX);
    if (!name->path) {
        return -ENOMEM;
    }
    long size = string_from_user(name->path, path, PATH_MAX);
    long error = size < 0 ? size : size == 0 ? -ENOENT : 0;
    if (error == 0 && name->path[0] == '/') {
        name->base = current_process()->group->root; /* whatever base_fd is */
    } else if (error == 0) {
        error = base_of(base_fd, &name->base);
    }
    if (error) {
        memory_free(name->path);
        return error;
    }
    inode_get(name->base);
    return 0;
}

void name_put(struct name *name)
{
    inode_put(name->base);
    memory_free(name->path);
}

long inode_of_name(int base_fd, const char *path, int follow, struct inode **found)
{
    struct name name;
    long error = name_get(&name, base_fd, path);

    if (error == 0) {
        error = path_find(name.base, name.path, follow, found);
        name_put(&name);
    }
    return error;
}

long inode_of_fd(int fd, struct inode **found)
{
    static struct inode other; /* of what has none in the file system; this one is never freed */
    const struct file *file = file_or_place_of(fd);
    uint32_t mode = file && file->ops->mode ? file->ops->mode : 0600;

    other = (struct inode){.users = INT32_MAX, .mode = mode, .links = 1};
    *found = file && file->inode ? file->inode : &other;
    inode_get(*found);
    return file ? 0 : -EBADF;
}

long inode_at(int base_fd, const char *path, int flags, struct inode **found)
{
    int follow = (flags & AT_SYMLINK_NOFOLLOW) == 0;
    char first = '\0';

    if ((flags & AT_EMPTY_PATH) && copy_from_user(&first, path, 1) == 0 && first == '\0') {
        if (base_fd != AT_FDCWD) {
            return inode_of_fd(base_fd, found);
        }
        *found = current_process()->group->cwd;
        inode_get(*found);
        return 0;
    }
    long error = inode_of_name(base_fd, path, follow, found);
    if (error == 0 && follow && (*found)->magic == MAGIC_FD) {
        int fd = (int)(*found)->rdev;
        inode_put(*found);
        error = inode_of_fd(fd, found);
    }
    return error;
}

static int set_target(struct inode *inode, const char *target)
{
    inode->target = text_copy(target);
    inode->size = text_size(target) - 1;
    return inode->target ? 0 : -ENOMEM;
}

int node_create(struct inode *base, const char *path, uint32_t mode, uint32_t rdev,
                const char *target, struct inode **made)
{
    struct place place;
    int error = path_place(base, path, &place);

    if (error) {
        return error;
    }
    error = place_for_new(&place, (mode & S_IFMT) == S_IFDIR);
    uint32_t umask = target ? 0 : current_process()->group->umask;
    *made = error ? NULL : inode_create(mode & ~umask, rdev);
    error = error ? error : *made ? 0 : -ENOMEM;
    if (*made && (place.directory->mode & S_ISGID)) {
        (*made)->gid = place.directory->gid;
        (*made)->mode |= is_directory(*made) ? S_ISGID : 0;
    }
    error = error || !target ? error : set_target(*made, target);
    error = error ? error : directory_add(place.directory, place.name, place.length, *made);
    if (error && *made) {
        inode_put(*made);
    }
    inode_put(place.directory);
    return error;
}
