/* sys/directories.c: system calls that make names and take them away. */

#include "fs/file.h"
#include "fs/inode.h"
#include "fs/magic.h"
#include "fs/path.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"
#include "sys/calls.h"
#include "sys/named.h"
#include "sys/names.h"

static long make(int base_fd, const char *path, uint32_t mode, uint32_t rdev, const char *target)
{
    struct name name;
    struct inode *made;
    long error = name_get(&name, base_fd, path);

    if (error) {
        return error;
    }
    error = node_create(name.base, name.path, mode, rdev, target, &made);
    name_put(&name);
    if (error == 0) {
        inode_put(made);
    }
    return error;
}

long sys_mkdirat(int base_fd, const char *path, uint32_t mode)
{
    return make(base_fd, path, S_IFDIR | (mode & (S_IALLUGO & ~(S_ISUID | S_ISGID))), 0, NULL);
}

long sys_mknodat(int base_fd, const char *path, uint32_t mode, uint32_t rdev)
{
    uint32_t kind = mode & S_IFMT;
    int is_device = kind == S_IFCHR || kind == S_IFBLK;

    if (kind && kind != S_IFREG && kind != S_IFIFO && kind != S_IFSOCK && !is_device) {
        return kind == S_IFDIR ? -EPERM : -EINVAL;
    }
    return make(base_fd, path, kind ? mode : mode | S_IFREG, is_device ? rdev : 0, NULL);
}

static long may_rmdir(const struct named *named)
{
    if (is_dot(&named->place, 1)) {
        return -EINVAL;
    }
    if (is_dot(&named->place, 2)) {
        return -ENOTEMPTY;
    }
    if (!named->entry) {
        return -ENOENT;
    }
    if (!is_directory(named->entry->inode)) {
        return -ENOTDIR;
    }
    return directory_is_empty(named->entry->inode) ? 0 : -ENOTEMPTY;
}

static long may_unlink(const struct named *named)
{
    if (is_dot(&named->place, 1) || is_dot(&named->place, 2)) {
        return -EISDIR;
    }
    if (!named->entry) {
        return -ENOENT;
    }
    return is_directory(named->entry->inode)               ? -EISDIR
           : named->place.name[named->place.length] == '/' ? -ENOTDIR
                                                           : 0;
}

long sys_unlinkat(int base_fd, const char *path, int flags)
{
    struct named named;

    if (flags & ~AT_REMOVEDIR) {
        return -EINVAL;
    }
    long error = named_find(&named, base_fd, path);
    if (error) {
        return error == -EEXIST ? (flags ? -EBUSY : -EISDIR) : error; /* it was the root */
    }
    error = flags & AT_REMOVEDIR ? may_rmdir(&named) : may_unlink(&named);
    if (error == 0) {
        entry_remove(&named);
    }
    named_put(&named);
    return error;
}

long sys_linkat(int existing_fd, const char *existing_path, int base_fd, const char *path,
                int flags)
{
    struct named named;
    struct inode *inode;

    if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) {
        return -EINVAL;
    }
    uint32_t follow = flags & AT_SYMLINK_FOLLOW ? 0 : AT_SYMLINK_NOFOLLOW;
    long error = inode_at(existing_fd, existing_path, (int)((uint32_t)flags | follow), &inode);
    if (error) {
        return error;
    }
    int is_gone = inode->links == 0 && inode->magic != MAGIC_NEW;
    error = named_find(&named, base_fd, path);
    if (error == 0) {
        error = place_for_new(&named.place, 0);
        error = error                 ? error
                : is_gone             ? -ENOENT
                : is_directory(inode) ? -EPERM
                                      : directory_add(named.place.directory, named.place.name,
                                                      named.place.length, inode);
        named_put(&named);
    }
    inode_put(inode);
    return error;
}

long sys_symlinkat(const char *target, int base_fd, const char *path)
{
    char *copy = memory_alloc(PATH_MAX);

    if (!copy) {
        return -ENOMEM;
    }
    long size = string_from_user(copy, target, PATH_MAX);
    long error = size > 0    ? make(base_fd, path, S_IFLNK | 0777, 0, copy)
                 : size == 0 ? -ENOENT
                             : size;
    memory_free(copy);
    return error;
}

static long tell_text(const char *text, uint32_t length, char *buffer, size_t size)
{
    uint32_t part = lower(length, size);

    return copy_to_user(buffer, text, part) != 0 ? -EFAULT : (long)part;
}

static long tell_magic(const struct inode *link, char *buffer, size_t size)
{
    char *text = memory_alloc(PATH_MAX);
    long at = text ? magic_text(link, text) : -ENOMEM;
    long result = at < 0 ? at : tell_text(text + at, PATH_MAX - 1 - (uint32_t)at, buffer, size);

    memory_free(text);
    return result;
}

long sys_readlinkat(int base_fd, const char *path, char *buffer, size_t size)
{
    struct inode *inode;

    if ((int)size <= 0) {
        return -EINVAL;
    }
    long error = inode_at(
        base_fd, path,
        base_fd == AT_FDCWD ? AT_SYMLINK_NOFOLLOW : AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, &inode);
    if (error) {
        return error;
    }
    long result = !is_symlink(inode) ? -EINVAL
                  : inode->magic     ? tell_magic(inode, buffer, size)
                                     : tell_text(inode->target, inode->size, buffer, size);
    return put_after(inode, result);
}
