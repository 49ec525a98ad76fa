/* sys/stat.c: what is known of a file (Linux arch/x86/include/uapi/asm/stat.h). */

#include "fs/file.h"
#include "fs/inode.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "proc/kernel_stack.h"
#include "proc/process.h"
#include "proc/signals.h"
#include "sys/calls.h"
#include "sys/names.h"

#define SECTOR_BYTES 512

struct stat {
    uint32_t dev, ino;
    uint16_t mode, nlink, uid, gid;
    uint32_t rdev, size, blksize, blocks;
    uint32_t atime, atime_ns, mtime, mtime_ns, ctime, ctime_ns;
    uint32_t unused[2];
};

struct __attribute__((packed)) stat64 {
    uint64_t dev;
    uint32_t unused0, short_ino, mode, nlink, uid, gid;
    uint64_t rdev;
    uint32_t unused1;
    uint64_t size;
    uint32_t blksize;
    uint64_t blocks;
    uint32_t atime, atime_ns, mtime, mtime_ns, ctime, ctime_ns;
    uint64_t ino;
};

/* Linux arch/x86/include/uapi/asm/statfs.h. */
struct __attribute__((packed)) statfs64 {
    uint32_t type, block_bytes;
    uint64_t blocks, free, available, files, files_free;
    uint32_t id[2], name_max, fragment_bytes, flags, unused[4];
};

_Static_assert(sizeof(struct statfs64) == 84, "as Linux has it");
_Static_assert(sizeof(struct stat) == 64 && sizeof(struct stat64) == 96, "as Linux has them");

/* A directory has a name, ".", and ".." in each directory in it. */
static uint32_t links_of(const struct inode *inode)
{
    return is_directory(inode) && inode->links ? 2 + inode->subdirectories : inode->links;
}

static void stat64_fill(struct stat64 *stat, const struct inode *inode)
{
    *stat = (struct stat64){
        .dev = 1,
        .ino = inode->number,
        .short_ino = inode->number,
        .mode = inode->mode,
        .nlink = links_of(inode),
        .uid = inode->uid,
        .gid = inode->gid,
        .rdev = inode->rdev,
        .size = inode->size,
        .blksize = PAGE_SIZE,
        .blocks = inode->pages * (PAGE_SIZE / SECTOR_BYTES),
        .atime = (uint32_t)inode->atime.seconds,
        .atime_ns = inode->atime.nanoseconds,
        .mtime = (uint32_t)inode->mtime.seconds,
        .mtime_ns = inode->mtime.nanoseconds,
        .ctime = (uint32_t)inode->ctime.seconds,
        .ctime_ns = inode->ctime.nanoseconds,
    };
}

static long stat64_copy(const struct inode *inode, struct stat64 *to)
{
    struct stat64 stat;

    stat64_fill(&stat, inode);
    return copy_to_user(to, &stat, sizeof stat);
}

static long stat_copy(const struct inode *inode, struct stat *to)
{
    struct stat64 wide;

    if (inode->size > INT32_MAX) {
        return -EOVERFLOW;
    }
    stat64_fill(&wide, inode);
    const struct stat stat = {
        .dev = (uint32_t)wide.dev,
        .ino = wide.short_ino,
        .mode = (uint16_t)wide.mode,
        .nlink = (uint16_t)wide.nlink,
        .uid = (uint16_t)wide.uid,
        .gid = (uint16_t)wide.gid,
        .rdev = (uint32_t)wide.rdev,
        .size = (uint32_t)wide.size,
        .blksize = wide.blksize,
        .blocks = (uint32_t)wide.blocks,
        .atime = wide.atime,
        .atime_ns = wide.atime_ns,
        .mtime = wide.mtime,
        .mtime_ns = wide.mtime_ns,
        .ctime = wide.ctime,
        .ctime_ns = wide.ctime_ns,
    };
    return copy_to_user(to, &stat, sizeof stat);
}

long sys_fstat64(int fd, struct stat64 *to)
{
    struct inode *inode;
    long error = inode_of_fd(fd, &inode);

    return error ? error : put_after(inode, stat64_copy(inode, to));
}

long sys_fstat(int fd, struct stat *to)
{
    struct inode *inode;
    long error = inode_of_fd(fd, &inode);

    return error ? error : put_after(inode, stat_copy(inode, to));
}

static long stat_path(const char *path, struct stat *to, int flags)
{
    struct inode *inode;
    long error = inode_at(AT_FDCWD, path, flags, &inode);

    return error ? error : put_after(inode, stat_copy(inode, to));
}

long sys_stat(const char *path, struct stat *to)
{
    return stat_path(path, to, 0);
}

long sys_lstat(const char *path, struct stat *to)
{
    return stat_path(path, to, AT_SYMLINK_NOFOLLOW);
}

long sys_fstatat64(int base_fd, const char *path, struct stat64 *to, int flags)
{
    struct inode *inode;

    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT)) {
        return -EINVAL;
    }
    long error = inode_at(base_fd, path, flags, &inode);
    return error ? error : put_after(inode, stat64_copy(inode, to));
}

/* Linux include/uapi/linux/stat.h. */
struct __attribute__((packed)) statx {
    uint32_t mask, blksize;
    uint64_t attributes;
    uint32_t nlink, uid, gid;
    uint16_t mode, unused0;
    uint64_t ino, size, blocks, attributes_mask;
    struct file_time atime, btime, ctime, mtime;
    uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
    uint64_t unused[14];
};

_Static_assert(sizeof(struct statx) == 256, "as Linux has it");

#define STATX_BASIC 0x7ff
#define STATX_RESERVED 0x80000000u
#define STATX_SYNC 0x6000 /* AT_STATX_SYNC_TYPE: all is in memory */

static long statx_copy(const struct inode *inode, struct statx *to)
{
    struct stat64 from;

    stat64_fill(&from, inode);
    const struct statx statx = {
        .mask = STATX_BASIC,
        .blksize = from.blksize,
        .nlink = from.nlink,
        .uid = from.uid,
        .gid = from.gid,
        .mode = (uint16_t)from.mode,
        .ino = from.ino,
        .size = from.size,
        .blocks = from.blocks,
        .atime = inode->atime,
        .ctime = inode->ctime,
        .mtime = inode->mtime,
        .rdev_major = (uint32_t)from.rdev >> 8 & 0xfff,
        .rdev_minor = ((uint32_t)from.rdev & 0xff) | ((uint32_t)from.rdev >> 12 & ~0xffu),
        .dev_minor = (uint32_t)from.dev,
    };
    return copy_to_user(to, &statx, sizeof statx);
}

long sys_statx(int base_fd, const char *path, int flags, uint32_t mask, struct statx *to)
{
    struct inode *inode;

    if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT | STATX_SYNC)) ||
        (flags & STATX_SYNC) == STATX_SYNC || (mask & STATX_RESERVED)) {
        return -EINVAL;
    }
    long error = inode_at(base_fd, path, flags, &inode);
    return error ? error : put_after(inode, statx_copy(inode, to));
}

/* All files are in memory, and may have all that is left of it. */
static long statfs64_tell(struct statfs64 *to, uint32_t size)
{
    const uint32_t left = frames_left();
    const struct statfs64 statfs = {
        .type = TMPFS_MAGIC,
        .block_bytes = PAGE_SIZE,
        .blocks = frames_total,
        .free = left,
        .available = left,
        .name_max = NAME_MAX,
        .fragment_bytes = PAGE_SIZE,
    };

    return size == sizeof statfs ? copy_to_user(to, &statfs, sizeof statfs) : -EINVAL;
}

long sys_statfs64(const char *path, uint32_t size, struct statfs64 *to)
{
    struct inode *inode;
    long error = inode_of_name(AT_FDCWD, path, 1, &inode);

    return error ? error : put_after(inode, statfs64_tell(to, size));
}

long sys_fstatfs64(int fd, uint32_t size, struct statfs64 *to)
{
    return file_or_place_of(fd) ? statfs64_tell(to, size) : -EBADF;
}
