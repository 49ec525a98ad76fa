/* fs/ramfs.h: a file system in memory, as unpacking sees it. All return 0 or -errno. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct inode;

int ramfs_make(const char *path, uint32_t mode, uint32_t rdev, struct inode **made);
int ramfs_symlink(const char *path, const char *target, struct inode **made);
int ramfs_link(const char *existing_path, const char *path);
void inode_set_times(struct inode *inode, uint32_t mtime);
void inode_set_owner(struct inode *inode, uint32_t uid, uint32_t gid);

/* Returns the count of bytes written, or -errno. */
long inode_write(struct inode *inode, uint32_t offset, const void *data, size_t size);
