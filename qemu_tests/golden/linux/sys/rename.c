/* sys/rename.c: another name for what has one. */

#include "fs/inode.h"
#include "sys/calls.h"
#include "sys/named.h"

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
