/* fs/ramfs.c: filling the file system, from the initial RAM disk. */

#include "fs/ramfs.h"

#include "fs/path.h"
#include "lib/lib.h"
#include "lib/text.h"
#include "mm/space.h"

void inode_set_times(struct inode *inode, uint32_t mtime)
{
    inode->mtime = inode->ctime = (struct file_time){.seconds = mtime};
}

void inode_set_attributes(struct inode *inode, uint32_t mode, uint32_t uid, uint32_t gid)
{
    inode->mode = mode;
    inode->uid = uid;
    inode->gid = gid;
}

/* Each directory of a path but its last name. */
static int make_parents(const char *path)
{
    struct inode *directory = root;

    for (const char *slash = path; *slash != '\0'; slash++) {
        if (*slash != '/' || slash == path) {
            continue;
        }
        size_t size = (size_t)(slash - path);
        char *parent = memory_alloc(size + 1);
        if (!parent) {
            return -ENOMEM;
        }
        memcpy(parent, path, size);
        int error = path_find(root, parent, 1, &directory);
        if (error == 0) {
            inode_put(directory);
        } else if (error == -ENOENT) {
            error = ramfs_make(parent, S_IFDIR | 0755, 0, &directory);
        }
        memory_free(parent);
        if (error) {
            return error;
        }
    }
    return 0;
}

/* A name for `inode` in place of what has it now. */
static int put_name(const struct place *place, struct inode *inode)
{
    struct entry *old = directory_find(place->directory, place->name, place->length);

    if (old && is_directory(old->inode)) {
        if (!directory_is_empty(old->inode)) {
            return -EEXIST;
        }
        inode_get(place->directory); /* a directory that is freed gives up its parent */
    }
    if (old) {
        directory_remove(place->directory, old);
    }
    return directory_add(place->directory, place->name, place->length, inode);
}

/* What has the name already and stays: a directory, or a file, which may have other names. */
static struct inode *existing(const char *path, uint32_t mode)
{
    struct inode *found;

    if (path_find(root, path, 0, &found) != 0) {
        return NULL;
    }
    inode_put(found); /* it has a name: it stays */
    int stays = is_directory(found) || is_regular(found);
    return stays && (found->mode & S_IFMT) == (mode & S_IFMT) ? found : NULL;
}

int ramfs_make(const char *path, uint32_t mode, uint32_t rdev, struct inode **made)
{
    struct place place;
    int error = make_parents(path);

    *made = existing(path, mode);
    if (*made) {
        return is_regular(*made) ? inode_resize(*made, 0) : 0;
    }
    error = error ? error : path_place(root, path, &place);
    if (error) {
        return error;
    }
    *made = inode_create(mode, rdev);
    error = *made ? put_name(&place, *made) : -ENOMEM;
    if (*made) {
        inode_put(*made); /* the name keeps it */
    }
    inode_put(place.directory);
    return error;
}

int ramfs_symlink(const char *path, const char *target, struct inode **made)
{
    char *copy = text_copy(target);

    if (!copy) {
        return -ENOMEM;
    }
    int error = ramfs_make(path, S_IFLNK | 0777, 0, made);
    if (error) {
        memory_free(copy);
        return error;
    }
    (*made)->target = copy;
    (*made)->size = text_size(target) - 1;
    return 0;
}

int ramfs_link(struct inode *inode, const char *path)
{
    struct place place;
    int error = existing(path, inode->mode) ? -EEXIST : make_parents(path);

    error = error ? error : path_place(root, path, &place);
    if (error == 0) {
        error = put_name(&place, inode);
        inode_put(place.directory);
    }
    return error;
}
