/* sys/io.c: system calls that read and write open files. */

#include "fs/file.h"
#include "fs/inode.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "proc/process.h"
#include "sys/calls.h"

#define BYTES_MAX 0x7ffff000u /* of one call, as Linux */
#define IOV_MAX 1024
#define FIONCLEX 0x5450 /* FD_CLOEXEC, by ioctl() */
#define FIOCLEX 0x5451
#define FIONBIO 0x5421 /* O_NONBLOCK, by ioctl() */

struct iovec {
    void *start;
    size_t size;
};

typedef long transfer_function(struct file *file, void *buffer, size_t size);
typedef long run_function(struct file *file, transfer_function *transfer, void *what, size_t size);

static long do_read(struct file *file, void *buffer, size_t size)
{
    return file->ops->read ? file->ops->read(file, buffer, size) : -EINVAL;
}

static long do_write(struct file *file, void *buffer, size_t size)
{
    return file->ops->write ? file->ops->write(file, buffer, size) : -EINVAL;
}

/* O_RDONLY is 0, O_WRONLY 1, O_RDWR 2; with 3 a file is only controlled, as Linux has it. */
struct file *file_to_read(int fd)
{
    struct file *file = file_of(fd);

    return file && (file->flags & O_WRONLY) == 0 ? file : NULL;
}

struct file *file_to_write(int fd)
{
    struct file *file = file_of(fd);

    return file && ((file->flags + 1) & O_RDWR) ? file : NULL;
}

/* A file stays while a call uses it: another thread may close its number meanwhile. */
static long do_one(struct file *file, transfer_function *transfer, void *buffer, size_t size)
{
    if (!file) {
        return -EBADF;
    }
    if (!user_range_ok((uint32_t)buffer, size)) {
        return -EFAULT;
    }
    if ((long)size < 0) {
        return -EINVAL;
    }
    file_get(file);
    long result = transfer(file, buffer, lower(size, BYTES_MAX));
    file_put(file);
    return result;
}

long sys_read(int fd, void *buffer, size_t size)
{
    return do_one(file_to_read(fd), do_read, buffer, size);
}

long sys_write(int fd, const void *buffer, size_t size)
{
    return do_one(file_to_write(fd), do_write, (void *)buffer, size);
}

static long piece_get(const struct iovec *from, struct iovec *piece)
{
    if (copy_from_user(piece, from, sizeof *piece) != 0) {
        return -EFAULT;
    }
    if ((long)piece->size < 0) {
        return -EINVAL;
    }
    return user_range_ok((uint32_t)piece->start, piece->size) ? 0 : -EFAULT;
}

/* Could a read have to wait? */
static int is_empty(struct file *file)
{
    return file->ops->ready && (file->ops->ready(file) & POLLIN) == 0;
}

/* The pieces one after the other, until one is not done wholly. Only for the first is it right to
 * wait for something to read. */
static long do_pieces(struct file *file, transfer_function *transfer, const struct iovec *vector,
                      size_t count)
{
    struct iovec piece;
    long done = 0;

    for (size_t i = 0; i < count; i++) {
        long part = piece_get(&vector[i], &piece);
        if (part == 0 && piece.size == 0) {
            continue;
        }
        if (done && transfer == do_read && is_empty(file)) {
            break;
        }
        uint32_t room = BYTES_MAX - (uint32_t)done;
        part = part ? part : transfer(file, piece.start, lower(piece.size, room));
        if (part < 0) {
            return done ? done : part;
        }
        done += part;
        if ((size_t)part < piece.size) {
            break;
        }
    }
    return done;
}

/* All pieces are looked at before anything is done. */
static long do_vector(struct file *file, transfer_function *transfer, void *pieces, size_t count)
{
    const struct iovec *vector = pieces;
    struct iovec piece;

    if (!file) {
        return -EBADF;
    }
    if (count > IOV_MAX) {
        return -EINVAL;
    }
    for (size_t i = 0; i < count; i++) {
        long error = piece_get(&vector[i], &piece);
        if (error) {
            return error;
        }
    }
    file_get(file);
    long done = do_pieces(file, transfer, vector, count);
    file_put(file);
    return done;
}

long sys_readv(int fd, const struct iovec *vector, int count)
{
    return do_vector(file_to_read(fd), do_read, (void *)vector, (size_t)count);
}

long sys_writev(int fd, const struct iovec *vector, int count)
{
    return do_vector(file_to_write(fd), do_write, (void *)vector, (size_t)count);
}

/* At a place of its own: the file's stays where it was. `run`: do_one() or do_vector(). Once, not
 * in each of its callers: this file is compiled for speed, which matters elsewhere. */
__attribute__((noinline)) static long do_at(int fd, int is_read, run_function *run, void *what,
                                            size_t size, const uint32_t place[2])
{
    struct file *file = file_of(fd), *allowed = is_read ? file_to_read(fd) : file_to_write(fd);
    transfer_function *transfer = is_read ? do_read : do_write;
    uint64_t start = (uint64_t)place[1] << 32 | place[0];

    if ((int64_t)start < 0 || (int64_t)(start + size) < 0) {
        return -EINVAL;
    }
    if (!file) {
        return -EBADF;
    }
    if (!file->inode || is_fifo(file->inode) || file->ops->control) {
        return -ESPIPE; /* even of an end that cannot be used like that */
    }
    uint64_t position = file->position;
    if (is_regular(file->inode)) {
        file->position = start;
    }
    long done = run(allowed, transfer, what, size);
    file->position = position;
    return done;
}

#define PLACE ((const uint32_t[]){low, high})

long sys_pread64(int fd, void *buffer, size_t size, uint32_t low, uint32_t high)
{
    return do_at(fd, 1, do_one, buffer, size, PLACE);
}

long sys_pwrite64(int fd, const void *buffer, size_t size, uint32_t low, uint32_t high)
{
    return do_at(fd, 0, do_one, (void *)buffer, size, PLACE);
}

long sys_preadv(int fd, const struct iovec *vector, int count, uint32_t low, uint32_t high)
{
    return do_at(fd, 1, do_vector, (void *)vector, (size_t)count, PLACE);
}

long sys_pwritev(int fd, const struct iovec *vector, int count, uint32_t low, uint32_t high)
{
    return do_at(fd, 0, do_vector, (void *)vector, (size_t)count, PLACE);
}

static int has_places(const struct inode *inode)
{
    return is_regular(inode) || is_directory(inode);
}

/* Where the next access begins. Returns 0, and the place, or -errno. */
__attribute__((noinline)) static long seek(int fd, int64_t offset, int whence, int64_t *position)
{
    struct file *file = file_of(fd);

    if (!file) {
        return -EBADF;
    }
    if (!file->inode || !has_places(file->inode)) {
        *position = 0;
        return file->inode && !is_fifo(file->inode) && !file->ops->control ? 0 : -ESPIPE;
    }
    uint64_t from = whence == SEEK_CUR ? file->position : file->inode->size;
    int64_t base = whence == SEEK_SET ? 0 : (int64_t)from;
    if (whence == SEEK_DATA || whence == SEEK_HOLE) { /* all of a file is data, as ramfs tells it */
        if (offset < 0 || offset >= base) {
            return -ENXIO;
        }
        base = whence == SEEK_DATA ? offset : base;
        whence = SEEK_SET;
        offset = 0;
    }
    if ((uint32_t)whence > SEEK_END || base + offset < 0 ||
        base + offset > (int64_t)INODE_BYTES_MAX) {
        return -EINVAL;
    }
    *position = base + offset;
    file->position = (uint64_t)*position;
    return 0;
}

long sys_lseek(int fd, int32_t offset, int whence)
{
    int64_t position;
    long error = seek(fd, offset, whence, &position);

    return error ? error : position > INT32_MAX ? -EOVERFLOW : (long)position;
}

long sys__llseek(int fd, uint32_t high, uint32_t low, uint64_t *result, int whence)
{
    int64_t position;
    long error = seek(fd, (int64_t)((uint64_t)high << 32 | low), whence, &position);

    return error ? error : copy_to_user(result, &position, sizeof position);
}

/* All is in memory: nothing need be written anywhere. */
long sys_fsync(int fd)
{
    const struct file *file = file_of(fd);

    return !file ? -EBADF : file->inode && has_places(file->inode) ? 0 : -EINVAL;
}

long sys_ioctl(int fd, uint32_t request, void *argument)
{
    struct file *file = file_of(fd);

    if (!file) {
        return -EBADF;
    }
    if (request == FIOCLEX || request == FIONCLEX) {
        set_close_on_exec(fd, request == FIOCLEX);
        return 0;
    }
    if (request == FIONBIO) {
        int on;
        if (copy_from_user(&on, argument, sizeof on) != 0) {
            return -EFAULT;
        }
        file->flags = (file->flags & ~(uint32_t)O_NONBLOCK) | (on ? O_NONBLOCK : 0);
        return 0;
    }
    return file->ops->control ? file->ops->control(file, request, argument) : -ENOTTY;
}
