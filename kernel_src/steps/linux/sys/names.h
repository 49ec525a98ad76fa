/* sys/names.h: paths out of programs, for system calls. */
#pragma once

#include <stdint.h>

#include "fs/inode.h"

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

/* The same of an open file; pipes and sockets have one that forgets what is changed. */
long inode_of_fd(int fd, struct inode **found);

/* The same as AT_ flags say: of a link itself, or if the path is empty of an open file. */
long inode_at(int base_fd, const char *path, int flags, struct inode **found);

/* A call's result, with which the caller is through with an inode. */
static inline long put_after(struct inode *inode, long result)
{
    inode_put(inode);
    return result;
}

/* A new inode with a name; `target`: of a symbolic link, or NULL. Returns 0 and the inode, for
 * which inode_put() must be called, or -errno. */
int node_create(struct inode *base, const char *path, uint32_t mode, uint32_t rdev,
                const char *target, struct inode **made);
