/* sys/owner.c: system calls that say whose a file is. */

#include "fs/file.h"
#include "fs/inode.h"
#include "fs/ramfs.h"
#include "mm/mm.h"
#include "sys/calls.h"
#include "sys/names.h"

/* Owners are kept, and mean nothing: everybody is root. */
static long set_owner(struct inode *inode, uint32_t uid, uint32_t gid)
{
    inode_set_owner(inode, uid == UINT32_MAX ? inode->uid : uid,
                    gid == UINT32_MAX ? inode->gid : gid);
    if (!is_directory(inode)) {
        inode->mode &= ~(uint32_t)(S_ISUID | (inode->mode & S_IXGRP ? S_ISGID : 0));
    }
    return 0;
}

long sys_fchown32(int fd, uint32_t uid, uint32_t gid)
{
    const struct file *file = file_of(fd);

    return !file ? -EBADF : file->inode ? set_owner(file->inode, uid, gid) : 0;
}

long sys_fchownat(int base_fd, const char *path, uint32_t uid, uint32_t gid, int flags)
{
    struct inode *inode;
    char first;

    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) {
        return -EINVAL;
    }
    if ((flags & AT_EMPTY_PATH) && copy_from_user(&first, path, 1) == 0 && first == '\0') {
        return sys_fchown32(base_fd, uid, gid);
    }
    long error = inode_of_name(base_fd, path, (flags & AT_SYMLINK_NOFOLLOW) == 0, &inode);
    if (error == 0) {
        error = set_owner(inode, uid, gid);
        inode_put(inode);
    }
    return error;
}

/* The names without 32 are those of the time when user numbers had 16 bits. */
static uint32_t widened(uint32_t id)
{
    return (uint32_t)(int32_t)(int16_t)id == UINT32_MAX ? UINT32_MAX : (uint16_t)id;
}

long sys_chown(const char *path, uint32_t uid, uint32_t gid)
{
    return sys_fchownat(AT_FDCWD, path, widened(uid), widened(gid), 0);
}

long sys_lchown(const char *path, uint32_t uid, uint32_t gid)
{
    return sys_fchownat(AT_FDCWD, path, widened(uid), widened(gid), AT_SYMLINK_NOFOLLOW);
}

long sys_fchown(int fd, uint32_t uid, uint32_t gid)
{
    return sys_fchown32(fd, widened(uid), widened(gid));
}
