/* fs/path.h: from names to inodes. */
#pragma once

#include <stddef.h>

struct inode;

/* Where a name stands, or would stand. */
struct place {
    struct inode *directory;
    const char *name; /* in the path; its end is no 0 if more slashes follow */
    size_t length;
};

/* The inode of a path, seen from `base` unless it begins with a slash; the caller must call
 * inode_put(). `follow`: if the last name is a symbolic link, what it points to. Returns 0 or
 * -errno. */
int path_find(struct inode *base, const char *path, int follow, struct inode **found);

/* The directory that the last name of a path belongs in, which must be there; the caller must call
 * inode_put() for it. Returns 0 or -errno: -EEXIST if the path ends at the root. */
int path_place(struct inode *base, const char *path, struct place *place);

/* The path of an inode that has a name, at the end of PATH_MAX bytes. Returns where in them it
 * begins, -ENOENT or -ENAMETOOLONG. */
long path_of_inode(const struct inode *inode, char *path);

/* May something new be called so? A slash behind its name is right for a directory only. Returns 0
 * or -errno. */
int place_for_new(const struct place *place, int is_for_directory);
