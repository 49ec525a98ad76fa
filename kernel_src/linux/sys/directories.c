/* sys/directories.c: system calls about names. */

#include "fs/file.h"
#include "fs/inode.h"
#include "fs/path.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"
#include "proc/signals.h"
#include "sys/calls.h"
#include "sys/names.h"

static long make(int base_fd, const char *path, uint32_t mode, uint32_t rdev)
{
    struct name name;
    struct inode *made;
    long error = name_get(&name, base_fd, path);

    if (error) {
        return error;
    }
    error = node_create(name.base, name.path, mode, rdev, NULL, &made);
    name_put(&name);
    if (error == 0) {
        inode_put(made);
    }
    return error;
}

long sys_mkdir(const char *path, uint32_t mode)
{
    return make(AT_WORKING_DIRECTORY, path, S_IFDIR | (mode & S_IALLUGO), 0);
}

long sys_mkdirat(int base_fd, const char *path, uint32_t mode)
{
    return make(base_fd, path, S_IFDIR | (mode & S_IALLUGO), 0);
}

long sys_mknod(const char *path, uint32_t mode, uint32_t rdev)
{
    uint32_t kind = mode & S_IFMT;

    if (kind == S_IFDIR || kind == S_IFLNK) {
        return -EPERM;
    }
    return make(AT_WORKING_DIRECTORY, path, kind ? mode : mode | S_IFREG, rdev);
}

/* The entry of a name and the directory that it is in. */
struct named {
    struct name name;
    struct place place;
    struct entry *entry;
};

static void named_put(struct named *named)
{
    inode_put(named->place.directory);
    name_put(&named->name);
}

/* Returns 0, even if there is no such entry, or -errno. */
static long named_find(struct named *named, int base_fd, const char *path)
{
    long error = name_get(&named->name, base_fd, path);

    if (error) {
        return error;
    }
    error = path_place(named->name.base, named->name.path, &named->place);
    if (error) {
        name_put(&named->name);
        return error;
    }
    named->entry = directory_find(named->place.directory, named->place.name, named->place.length);
    return 0;
}

/* A directory without a name may still be somebody's working directory: its ".." must not lead to
 * where its parent was. */
static void entry_remove(struct named *named)
{
    if (is_directory(named->entry->inode)) {
        named->entry->inode->parent = root;
    }
    directory_remove(named->place.directory, named->entry);
}

static int is_dot(const struct place *place, size_t length)
{
    return place->length == length && place->name[0] == '.' && place->name[length - 1] == '.';
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
    if (named->place.name[named->place.length] == '/') {
        return is_directory(named->entry->inode) ? -EISDIR : -ENOTDIR;
    }
    return is_directory(named->entry->inode) ? -EISDIR : 0;
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

long sys_unlink(const char *path)
{
    return sys_unlinkat(AT_WORKING_DIRECTORY, path, 0);
}

long sys_rmdir(const char *path)
{
    return sys_unlinkat(AT_WORKING_DIRECTORY, path, AT_REMOVEDIR);
}

/* Is `directory` below `top`, or the same? */
static int is_below(const struct inode *directory, const struct inode *top)
{
    while (directory != top && directory != root) {
        directory = directory->parent;
    }
    return directory == top;
}

/* A name may replace another of the same kind, an empty one if it is a directory. */
static long may_rename(const struct named *old, const struct named *new)
{
    if (is_dot(&old->place, 1) || is_dot(&old->place, 2) || is_dot(&new->place, 1) ||
        is_dot(&new->place, 2)) {
        return -EBUSY;
    }
    if (!old->entry) {
        return -ENOENT;
    }
    const struct inode *inode = old->entry->inode;
    if (!is_directory(inode) &&
        (old->place.name[old->place.length] == '/' || new->place.name[new->place.length] == '/')) {
        return -ENOTDIR;
    }
    if (is_directory(inode) && is_below(new->place.directory, inode)) {
        return -EINVAL;
    }
    if (!new->entry || new->entry->inode == inode) {
        return 0;
    }
    if (is_directory(inode) && !is_directory(new->entry->inode)) {
        return -ENOTDIR;
    }
    if (!is_directory(inode) && is_directory(new->entry->inode)) {
        return -EISDIR;
    }
    return is_directory(inode) && !directory_is_empty(new->entry->inode) ? -ENOTEMPTY : 0;
}

static long rename_entry(struct named *old, struct named *new)
{
    struct inode *inode = old->entry->inode;

    if (new->entry &&new->entry->inode == inode) {
        return 0; /* two names of one file: nothing is done */
    }
    long error = directory_add(new->place.directory, new->place.name, new->place.length, inode);
    if (error) {
        return error;
    }
    if (new->entry) {
        entry_remove(new);
    }
    directory_remove(old->place.directory, old->entry);
    return 0;
}

long sys_renameat(int old_fd, const char *old_path, int new_fd, const char *new_path)
{
    struct named old, new;
    long error = named_find(&old, old_fd, old_path);

    if (error) {
        return error == -EEXIST ? -EBUSY : error;
    }
    error = named_find(&new, new_fd, new_path);
    if (error == 0) {
        error = may_rename(&old, &new);
        error = error ? error : rename_entry(&old, &new);
        named_put(&new);
    }
    named_put(&old);
    return error == -EEXIST ? -EBUSY : error;
}

long sys_rename(const char *old_path, const char *new_path)
{
    return sys_renameat(AT_WORKING_DIRECTORY, old_path, AT_WORKING_DIRECTORY, new_path);
}

long sys_link(const char *existing_path, const char *path)
{
    struct named named;
    struct inode *inode;
    long error = inode_of_name(AT_WORKING_DIRECTORY, existing_path, 0, &inode);

    if (error) {
        return error;
    }
    error = named_find(&named, AT_WORKING_DIRECTORY, path);
    if (error == 0) {
        error = named.entry           ? -EEXIST
                : is_directory(inode) ? -EPERM
                                      : directory_add(named.place.directory, named.place.name,
                                                      named.place.length, inode);
        named_put(&named);
    }
    inode_put(inode);
    return error;
}

long sys_symlink(const char *target, const char *path)
{
    struct name name;
    struct inode *made;
    char *copy = memory_alloc(PATH_MAX);

    if (!copy) {
        return -ENOMEM;
    }
    long size = string_from_user(copy, target, PATH_MAX);
    long error = size < 0    ? size
                 : size == 0 ? -ENOENT
                             : name_get(&name, AT_WORKING_DIRECTORY, path);
    if (error == 0) {
        error = node_create(name.base, name.path, S_IFLNK | 0777, 0, copy, &made);
        name_put(&name);
        if (error == 0) {
            inode_put(made);
        }
    }
    memory_free(copy);
    return error;
}

long sys_readlink(const char *path, char *buffer, size_t size)
{
    struct inode *inode;

    if ((int)size <= 0) {
        return -EINVAL;
    }
    long error = inode_of_name(AT_WORKING_DIRECTORY, path, 0, &inode);
    if (error) {
        return error;
    }
    uint32_t part = inode->size < size ? inode->size : size;
    long result = !is_symlink(inode)                               ? -EINVAL
                  : copy_to_user(buffer, inode->target, part) != 0 ? -EFAULT
                                                                   : (long)part;
    inode_put(inode);
    return result;
}

long sys_chdir(const char *path)
{
    struct group *group = current_process()->group;
    struct inode *inode;
    long error = inode_of_name(AT_WORKING_DIRECTORY, path, 1, &inode);

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
        uint32_t length = 0;
        while (name && name[length] != '\0') {
            length++;
        }
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
