/* fs/ramfs.h: a file system in memory, as unpacking sees it. All return 0 or -errno. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct inode;

int ramfs_make(const char *path, uint32_t mode, uint32_t rdev, struct inode **made);
int ramfs_symlink(const char *path, const char *target, struct inode **made);
int ramfs_link(struct inode *inode, const char *path);
int inode_resize(struct inode *inode, uint32_t size);
void inode_get(struct inode *inode);
void inode_put(struct inode *inode);
void inode_set_times(struct inode *inode, uint32_t mtime);
void inode_set_attributes(struct inode *inode, uint32_t mode, uint32_t uid, uint32_t gid);

/* Returns the count of bytes written, or -errno. */
long inode_write(struct inode *inode, uint32_t offset, const void *data, size_t size);
