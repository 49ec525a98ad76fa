/* fs/ramfs.h: filling the file system, from the initial RAM disk. */
#pragma once

#include <stdint.h>

#include "fs/inode.h"

/* All return 0 or -errno: -EEXIST if there is a directory with something in it. Directories on the
 * way that are missing are made. What has the name already is replaced, but for a directory or an
 * emptied file of the same kind, which stays. */
int ramfs_make(const char *path, uint32_t mode, uint32_t rdev, struct inode **made);
int ramfs_symlink(const char *path, const char *target, struct inode **made);

/* One more name, which nothing of that kind may have: -EEXIST. */
int ramfs_link(struct inode *inode, const char *path);

void inode_set_times(struct inode *inode, uint32_t mtime);
void inode_set_attributes(struct inode *inode, uint32_t mode, uint32_t uid, uint32_t gid);
