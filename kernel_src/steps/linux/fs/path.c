/* fs/path.c: from names to inodes. */

#include "fs/path.h"

#include "fs/inode.h"
#include "fs/magic.h"
#include "lib/lib.h"
#include "lib/text.h"
#include "mm/space.h"
#include "proc/process.h"
#include "proc/signals.h"

#define SYMLINKS_MAX 40 /* one after the other: as Linux (ELOOP) */

/* Where "/" leads: chroot(2). */
static struct inode *current_root(void)
{
    const struct group *group = current_process()->group;

    return group ? group->root : root;
}

static const char *skip_slashes(const char *path)
{
    while (*path == '/') {
        path++;
    }
    return path;
}

static size_t name_length(const char *path)
{
    size_t length = 0;

    while (path[length] != '\0' && path[length] != '/') {
        length++;
    }
    return length;
}

static int is_dots(const char *name, size_t length)
{
    return name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.'));
}

/* One name in a directory: "." and ".." too. NULL if it is not there. */
static struct inode *step(struct inode *directory, const char *name, size_t length)
{
    if (is_dots(name, length)) {
        return length == 1 || directory == current_root() ? directory : directory->parent;
    }
    if (directory->magic == MAGIC_FDS) {
        return magic_child(name, length);
    }
    struct entry *entry = directory_find(directory, name, length);
    return entry ? entry->inode : NULL;
}

/* What is left of a path behind a symbolic link, with the link's target before it: in a new buffer
 * in place of the last one. */
static int substitute(char **buffer, const char *target, const char *rest)
{
    size_t target_length = text_size(target) - 1, rest_size = text_size(rest);

    if (target_length + rest_size > PATH_MAX) {
        return -ENAMETOOLONG;
    }
    char *joined = memory_alloc(target_length + rest_size);
    if (!joined) {
        return -ENOMEM;
    }
    memcpy(joined, target, target_length);
    memcpy(joined + target_length, rest, rest_size);
    memory_free(*buffer);
    *buffer = joined;
    return 0;
}

/* How far a path has been followed. */
struct walk {
    struct inode *at;
    const char *path; /* what is left of it */
    char *buffer;     /* in which that is, behind a symbolic link */
    int symlinks;
    int follow_last;
};

/* Not by its text: what is open may have no name, and then is known by its number only. */
static int follow_magic(struct walk *walk, struct inode *link, const char *rest)
{
    struct inode *target = magic_target(link);

    if (!target && (link->magic == MAGIC_EXE || *rest == '/')) {
        return *rest == '/' ? -ENOTDIR : -ENOENT;
    }
    walk->at = target ? target : link;
    walk->path = skip_slashes(rest);
    return *rest == '/' && !is_directory(walk->at) ? -ENOTDIR : 0;
}

static int follow_symlink(struct walk *walk, const struct inode *link, const char *rest)
{
    int error = ++walk->symlinks > SYMLINKS_MAX ? -ELOOP
                : *link->target == '\0'         ? -ENOENT
                                                : substitute(&walk->buffer, link->target, rest);
    if (error == 0) {
        walk->at = *link->target == '/' ? current_root() : walk->at;
        walk->path = skip_slashes(walk->buffer);
    }
    return error;
}

/* Go through one name. A slash behind it says that it must be a directory. */
static int walk_name(struct walk *walk)
{
    size_t length = name_length(walk->path);
    const char *rest = walk->path + length;

    if (!is_directory(walk->at)) {
        return -ENOTDIR;
    }
    if (length > NAME_MAX) {
        return -ENAMETOOLONG;
    }
    struct inode *next = step(walk->at, walk->path, length);
    if (!next) {
        return -ENOENT;
    }
    if (is_symlink(next) && (*rest == '/' || walk->follow_last)) {
        return next->magic ? follow_magic(walk, next, rest) : follow_symlink(walk, next, rest);
    }
    walk->at = next;
    walk->path = skip_slashes(rest);
    return *rest == '/' && !is_directory(next) ? -ENOTDIR : 0;
}

int path_find(struct inode *base, const char *path, int follow, struct inode **found)
{
    struct walk walk = {.at = *path == '/' ? current_root() : base,
                        .path = skip_slashes(path),
                        .follow_last = follow};
    int error = *path == '\0' ? -ENOENT : 0;

    while (error == 0 && *walk.path != '\0') {
        error = walk_name(&walk);
    }
    memory_free(walk.buffer);
    if (error == 0) {
        inode_get(walk.at);
        *found = walk.at;
    }
    return error;
}

int place_for_new(const struct place *place, int is_for_directory)
{
    if (is_dots(place->name, place->length) ||
        directory_find(place->directory, place->name, place->length)) {
        return -EEXIST;
    }
    return place->name[place->length] == '/' && !is_for_directory ? -ENOENT : 0;
}

/* The last name of a path, or NULL if it has none. */
static const char *last_name(const char *path)
{
    const char *last = NULL;

    for (path = skip_slashes(path); *path != '\0';) {
        last = path;
        path = skip_slashes(path + name_length(path));
    }
    return last;
}

/* All of a path before its last name; "." if there is nothing. */
static int find_directory(struct inode *base, const char *path, size_t size, struct inode **found)
{
    char *directory = memory_alloc(size + sizeof ".");

    if (!directory) {
        return -ENOMEM;
    }
    memcpy(directory, path, size);
    directory[size] = '.';
    int error = path_find(base, directory, 1, found);
    memory_free(directory);
    return error;
}

int path_place(struct inode *base, const char *path, struct place *place)
{
    const char *name = last_name(path);

    if (!name) {
        return *path == '\0' ? -ENOENT : -EEXIST;
    }
    *place = (struct place){.name = name, .length = name_length(name)};
    int error = find_directory(base, path, (size_t)(name - path), &place->directory);
    if (error) {
        return error;
    }
    if (!is_directory(place->directory) || place->length > NAME_MAX) {
        inode_put(place->directory);
        return place->length > NAME_MAX ? -ENAMETOOLONG : -ENOTDIR;
    }
    return 0;
}

/* From its end to its beginning. */
long path_of_inode(const struct inode *inode, char *path)
{
    uint32_t at = PATH_MAX - 1;

    path[at] = '\0';
    if (inode == current_root()) {
        path[--at] = '/';
    }
    for (; inode != current_root() && inode != root; inode = inode->entry->directory) {
        uint32_t length = inode->entry ? text_size(inode->entry->name) - 1 : 0;
        if (length == 0 || length + 1 > at) {
            return length ? -ENAMETOOLONG : -ENOENT;
        }
        at -= length;
        memcpy(path + at, inode->entry->name, length);
        path[--at] = '/';
    }
    return at;
}
