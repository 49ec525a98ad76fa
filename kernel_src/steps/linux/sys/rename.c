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
static long may_rename(const struct named *from, const struct named *to, uint32_t flags)
{
    if (is_dot(&from->place, 1) || is_dot(&from->place, 2) || is_dot(&to->place, 1) ||
        is_dot(&to->place, 2)) {
        return flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
    }
    if (!from->entry) {
        return -ENOENT;
    }
    if (to->entry && (flags & RENAME_NOREPLACE)) {
        return -EEXIST;
    }
    const struct inode *inode = from->entry->inode;
    if (!is_directory(inode) &&
        (from->place.name[from->place.length] == '/' || to->place.name[to->place.length] == '/')) {
        return -ENOTDIR;
    }
    if (is_directory(inode) && is_below(to->place.directory, inode)) {
        return -EINVAL;
    }
    if (!to->entry || to->entry->inode == inode || (flags & RENAME_EXCHANGE)) {
        return 0;
    }
    if (is_directory(inode) != is_directory(to->entry->inode)) {
        return is_directory(inode) ? -ENOTDIR : -EISDIR;
    }
    return is_directory(inode) && !directory_is_empty(to->entry->inode) ? -ENOTEMPTY : 0;
}

static long rename_entry(struct named *from, struct named *to)
{
    struct inode *inode = from->entry->inode;

    if (to->entry && to->entry->inode == inode) {
        return 0; /* two names of one file: nothing is done */
    }
    long error = directory_add(to->place.directory, to->place.name, to->place.length, inode);
    if (error) {
        return error;
    }
    if (to->entry) {
        entry_remove(to);
    }
    directory_remove(from->place.directory, from->entry);
    return 0;
}

/* Each gets the other's name. */
static long exchange(struct named *from, struct named *to)
{
    struct inode *a = from->entry->inode, *b = to->entry ? to->entry->inode : NULL;

    if (!b) {
        return -ENOENT;
    }
    if (is_directory(b) && is_below(from->place.directory, b)) {
        return -EINVAL;
    }
    if (a == b) {
        return 0;
    }
    inode_get(a);
    long error = rename_entry(to, from);
    if (error == 0) {
        error = directory_add(to->place.directory, to->place.name, to->place.length, a);
    }
    inode_put(a);
    return error;
}

long sys_renameat2(int old_fd, const char *old_path, int new_fd, const char *new_path,
                   uint32_t flags)
{
    struct named from, to;

    if (flags & ~(uint32_t)(RENAME_NOREPLACE | RENAME_EXCHANGE) ||
        flags == (RENAME_NOREPLACE | RENAME_EXCHANGE)) {
        return -EINVAL;
    }
    long error = named_find(&from, old_fd, old_path);
    if (error) {
        return error == -EEXIST ? -EBUSY : error;
    }
    error = named_find(&to, new_fd, new_path);
    error = error == -EEXIST && !flags ? -EBUSY : error;
    if (error == 0) {
        error = may_rename(&from, &to, flags);
        error = error                     ? error
                : flags & RENAME_EXCHANGE ? exchange(&from, &to)
                                          : rename_entry(&from, &to);
        named_put(&to);
    }
    named_put(&from);
    return error;
}
