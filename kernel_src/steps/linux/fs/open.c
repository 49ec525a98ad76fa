/* fs/open.c: files and directories, opened. */

#include "dev/clock.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "fs/tty.h"

static long regular_read(struct file *file, void *buffer, size_t size)
{
    long done = inode_read(file->inode, buffer, file->position, size);

    file->position += done > 0 ? (uint32_t)done : 0;
    if ((file->flags & O_NOATIME) == 0) {
        file->inode->atime = file_time_now;
    }
    return done;
}

static long regular_write(struct file *file, const void *buffer, size_t size)
{
    uint64_t limit = file->flags & O_LARGEFILE ? INODE_BYTES_MAX : INT32_MAX;

    if (file->flags & O_APPEND) {
        file->position = file->inode->size;
    }
    uint64_t allowed = size ? file_limit_for(file->position + 1) : 0;
    limit = allowed < limit ? allowed : limit;
    if (file->position >= limit) {
        return size ? -EFBIG : 0;
    }
    size = size < limit - file->position ? size : (size_t)(limit - file->position);
    long done = inode_write(file->inode, file->position, buffer, size);
    file->position += done > 0 ? (uint32_t)done : 0;
    return done;
}

static uint32_t may_write(uint32_t flags)
{
    return (flags & O_ACCMODE) != O_RDONLY;
}

static void regular_release(struct file *file)
{
    file->inode->writers -= may_write(file->flags);
    inode_release(file);
}

static long directory_read(struct file *file, void *buffer, size_t size)
{
    (void)file;
    (void)buffer;
    (void)size;
    return -EISDIR;
}

void inode_release(struct file *file)
{
    if (file->inode) {
        inode_put(file->inode);
    }
}

static const struct file_ops regular_ops = {
    .read = regular_read, .write = regular_write, .release = regular_release};
static const struct file_ops path_ops = {.release = inode_release};
static const struct file_ops directory_ops = {.read = directory_read, .release = inode_release};

long file_open(struct inode *inode, uint32_t flags, struct file **opened)
{
    if (is_fifo(inode) && (flags & O_PATH) == 0) {
        return fifo_open(inode, flags, opened);
    }
    const struct file_ops *ops = flags & O_PATH        ? &path_ops
                                 : is_regular(inode)   ? &regular_ops
                                 : is_directory(inode) ? &directory_ops
                                                       : device_ops(inode->rdev);
    if (is_symlink(inode) && ops != &path_ops) {
        return -ELOOP;
    }
    if (!ops) {
        return -ENXIO;
    }
    long error = ops == &tty_ops ? tty_open(inode->rdev, flags) : 0;
    if (error) {
        return error;
    }
    *opened = file_create(ops, flags, NULL);
    if (!*opened) {
        return -ENOMEM;
    }
    inode_get(inode);
    inode->writers += may_write(flags);
    (*opened)->inode = inode;
    return 0;
}
