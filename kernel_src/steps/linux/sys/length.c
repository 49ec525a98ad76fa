/* sys/length.c: system calls that say how long a file is. */

#include "fs/file.h"
#include "fs/inode.h"
#include "sys/calls.h"
#include "sys/names.h"

#define KEEP_SIZE 1 /* FALLOC_FL_KEEP_SIZE */

static long resize(struct inode *inode, uint64_t size)
{
    return size > inode->size && size > file_limit_for(size) ? -EFBIG : inode_resize(inode, size);
}

long sys_truncate64(const char *path, uint32_t low, uint32_t high)
{
    struct inode *inode;

    if ((int32_t)high < 0) {
        return -EINVAL;
    }
    long error = inode_of_name(AT_FDCWD, path, 1, &inode);
    return error                 ? error
           : is_directory(inode) ? put_after(inode, -EISDIR)
           : !is_regular(inode)  ? put_after(inode, -EINVAL)
           : inode->runs         ? put_after(inode, -ETXTBSY)
                                 : put_after(inode, resize(inode, (uint64_t)high << 32 | low));
}

long sys_truncate(const char *path, int32_t size)
{
    return sys_truncate64(path, (uint32_t)size, size < 0 ? UINT32_MAX : 0);
}

long sys_ftruncate64(int fd, uint32_t low, uint32_t high)
{
    const struct file *file = file_of(fd);

    if ((int32_t)high < 0) {
        return -EINVAL;
    }
    if (!file) {
        return -EBADF;
    }
    if (!file_to_write(fd) || !file->inode || !is_regular(file->inode)) {
        return -EINVAL;
    }
    return resize(file->inode, (uint64_t)high << 32 | low);
}

long sys_ftruncate(int fd, int32_t size)
{
    return sys_ftruncate64(fd, (uint32_t)size, size < 0 ? UINT32_MAX : 0);
}

/* Memory is taken when something is written; here only the length can change. */
long sys_fallocate(int fd, int mode, uint32_t low, uint32_t high, uint32_t size_low,
                   uint32_t size_high)
{
    const struct file *file = file_of(fd);
    uint64_t start = (uint64_t)high << 32 | low, size = (uint64_t)size_high << 32 | size_low;

    if (!file) {
        return -EBADF;
    }
    if ((int64_t)start < 0 || (int64_t)size <= 0) {
        return -EINVAL;
    }
    if (mode & ~KEEP_SIZE) {
        return -EOPNOTSUPP;
    }
    if (!file_to_write(fd)) {
        return -EBADF;
    }
    if (!file->inode || !is_regular(file->inode)) {
        return file->inode ? -ENODEV : -ESPIPE;
    }
    if (start + size > INODE_BYTES_MAX) {
        return -EFBIG;
    }
    return mode || start + size <= file->inode->size ? 0 : resize(file->inode, start + size);
}
