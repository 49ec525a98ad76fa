/* fs/ramfs.h: filling the file system, from the initial RAM disk. */
#pragma once

#include <stdint.h>

#include "fs/inode.h"

/* All return 0 or -errno. Directories on the way that are missing are made. What has the name
 * already is replaced, but for a directory or file, which stays and gets the mode. */
int ramfs_make(const char *path, uint32_t mode, uint32_t rdev, struct inode **made);
int ramfs_symlink(const char *path, const char *target, struct inode **made);
int ramfs_link(const char *existing_path, const char *path);

void inode_set_times(struct inode *inode, uint32_t mtime);
void inode_set_owner(struct inode *inode, uint32_t uid, uint32_t gid);
