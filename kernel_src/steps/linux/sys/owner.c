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
    uint32_t lost = S_ISUID | (inode->mode & S_IXGRP ? S_ISGID : 0);

    inode_set_attributes(inode, inode->mode & ~(is_directory(inode) ? 0 : lost),
                         uid == UINT32_MAX ? inode->uid : uid,
                         gid == UINT32_MAX ? inode->gid : gid);
    return 0;
}

long sys_fchown32(int fd, uint32_t uid, uint32_t gid)
{
    struct inode *inode;
    long error = file_of(fd) ? inode_of_fd(fd, &inode) : -EBADF;

    return error ? error : put_after(inode, set_owner(inode, uid, gid));
}

long sys_fchownat(int base_fd, const char *path, uint32_t uid, uint32_t gid, int flags)
{
    struct inode *inode;

    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) {
        return -EINVAL;
    }
    long error = inode_at(base_fd, path, flags, &inode);
    return error ? error : put_after(inode, set_owner(inode, uid, gid));
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
