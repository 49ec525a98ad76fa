/* sys/names.h: paths out of programs, for system calls. */
#pragma once

#include <stdint.h>

struct inode;

/* A path, and from where it is seen. */
struct name {
    struct inode *base;
    char *path;
};

/* Take a path from the program. `base_fd`: an open directory, or AT_FDCWD. Returns 0 or
 * -errno; if it is 0, name_put() must follow. */
long name_get(struct name *name, int base_fd, const char *path);
void name_put(struct name *name);

/* The inode of a program's path; the caller must call inode_put(). Returns 0 or -errno. */
long inode_of_name(int base_fd, const char *path, int follow, struct inode **found);

/* A new inode with a name; `target`: of a symbolic link, or NULL. Returns 0 and the inode, for
 * which inode_put() must be called, or -errno. */
int node_create(struct inode *base, const char *path, uint32_t mode, uint32_t rdev,
                const char *target, struct inode **made);
