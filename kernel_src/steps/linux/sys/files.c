/* sys/files.c: system calls that make open files of names. */

#include "fs/file.h"
#include "fs/inode.h"
#include "fs/magic.h"
#include "fs/path.h"
#include "proc/process.h"
#include "proc/signals.h"
#include "sys/calls.h"
#include "sys/names.h"

#define ONLY_FOR_OPEN (O_CREAT | O_EXCL | O_TRUNC | O_NOCTTY | O_CLOEXEC)

/* A file that is not there yet. Behind a symbolic link that leads nowhere its target is made; not
 * in a circle, as path_find() has been through. */
static int create(struct inode *base, const char *path, uint32_t mode, struct inode **made)
{
    struct place place;
    const struct entry *entry;
    int error;

    inode_get(base);
    do {
        error = path_place(base, path, &place);
        inode_put(base);
        if (error) {
            return error;
        }
        base = place.directory;
        if (place.name[place.length] == '/') {
            inode_put(base);
            return -EISDIR;
        }
        entry = directory_find(base, place.name, place.length);
        path = entry && is_symlink(entry->inode) ? entry->inode->target : place.name;
    } while (path != place.name);
    error = node_create(base, path, S_IFREG | (mode & S_IALLUGO), 0, NULL, made);
    inode_put(base);
    return error;
}

static int find_or_create(struct inode *base, const char *path, uint32_t flags, uint32_t mode,
                          struct inode **found)
{
    int follow = (flags & O_NOFOLLOW) == 0 && (flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
    int error = path_find(base, path, follow, found);

    if (error == 0 && (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) {
        inode_put(*found);
        return -EEXIST;
    }
    int may_create = (flags & O_CREAT) && (error == -ENOENT || error == -ENOTDIR);
    return may_create ? create(base, path, mode, found) : error;
}

/* May it be opened like that? */
static int check_open(const struct inode *inode, uint32_t flags)
{
    if ((flags & O_DIRECTORY) && !is_directory(inode)) {
        return -ENOTDIR;
    }
    if (is_directory(inode) && (flags & (O_ACCMODE | O_CREAT | O_TRUNC))) {
        return -EISDIR;
    }
    int is_changed = is_regular(inode) && (flags & (O_ACCMODE | O_TRUNC));
    return is_changed && inode->runs ? -ETXTBSY : 0;
}

/* What has no name in the file system is not opened anew: it is the same open file. */
static long open_again(const struct inode *link, uint32_t flags)
{
    struct file *file = file_or_place_of((int)link->rdev);
    uint32_t mode = file->flags & O_ACCMODE;

    if (flags & O_NOFOLLOW) {
        return -ELOOP;
    }
    return mode == O_RDWR || mode == (flags & O_ACCMODE) ? file_install_new(file_get(file), flags)
                                                         : -EACCES;
}

static long open_inode(struct inode *inode, uint32_t flags)
{
    struct file *file;

    if (inode->magic == MAGIC_FD) {
        return open_again(inode, flags);
    }
    long error = check_open(inode, flags);

    if (error == 0 && (flags & O_TRUNC) && is_regular(inode)) {
        error = inode_resize(inode, 0);
    }
    error = error ? error : file_open(inode, flags, &file);
    if (error) {
        return error;
    }
    file->flags &= ~(uint32_t)ONLY_FOR_OPEN;
    return file_install_new(file, flags);
}

/* Until linkat() gives it a name it has none. */
static long open_nameless(int base_fd, const char *path, uint32_t flags, uint32_t mode)
{
    uint32_t umask = current_process()->group->umask;
    struct inode *directory;
    long error = flags & O_ACCMODE ? inode_at(base_fd, path, 0, &directory) : -EINVAL;

    error = error ? error : put_after(directory, is_directory(directory) ? 0 : -ENOTDIR);
    struct inode *inode = error ? NULL : inode_create(S_IFREG | (mode & S_IALLUGO & ~umask), 0);
    if (!inode) {
        return error ? error : -ENOMEM;
    }
    inode->magic = flags & O_EXCL ? 0 : MAGIC_NEW;
    return put_after(inode, open_inode(inode, flags & ~(uint32_t)O_TMPFILE));
}

long sys_openat(int base_fd, const char *path, uint32_t flags, uint32_t mode)
{
    struct name name;
    struct inode *inode;

    if ((flags & O_CREAT) && (flags & O_DIRECTORY)) {
        return -EINVAL;
    }
    if ((flags & O_TMPFILE) == O_TMPFILE) {
        return open_nameless(base_fd, path, flags, mode);
    }
    if (flags & O_PATH) {
        flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    }
    long error = name_get(&name, base_fd, path);
    if (error) {
        return error;
    }
    error = find_or_create(name.base, name.path, flags, mode, &inode);
    name_put(&name);
    if (error) {
        return error;
    }
    return put_after(inode, open_inode(inode, flags));
}
