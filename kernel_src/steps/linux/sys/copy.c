/* sys/copy.c: system calls that copy from an open file to another: sendfile(2), copy_file_range(2).
 *
 * As the program itself would do it best: for a moment the file is mapped in its memory, and the
 * other one is written from there. So nothing is copied twice.
 */

#include "fs/file.h"
#include "fs/inode.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"
#include "sys/calls.h"
#include "sys/map.h"

#define PIECE_BYTES (64 * PAGE_SIZE)

/* At most a piece. Returns how many bytes, or -errno. */
static long copy_piece(struct inode *inode, uint64_t from, struct file *out, uint32_t size)
{
    uint32_t offset = (uint32_t)from % PAGE_SIZE;
    uint32_t part = inode_left(inode, from, lower(size, PIECE_BYTES - offset));
    struct area area = {
        .flags = PROT_READ, .inode = inode, .file_page = (uint32_t)(from / PAGE_SIZE)};

    if (part == 0) {
        return 0;
    }
    long start = map_area(0, offset + part, 0, &area);
    if ((uint32_t)start > (uint32_t)-PAGE_SIZE) {
        return start;
    }
    long done = out->ops->write(out, (const void *)((uint32_t)start + offset), part);
    (void)space_unmap(current_process()->space, (uint32_t)start,
                      (uint32_t)start + page_up(offset + part));
    return done;
}

static long copy(struct file *in, uint64_t *from, struct file *out, uint32_t size)
{
    uint32_t done = 0;
    long part = size != 0;

    file_get(in);
    file_get(out);
    while (done < size && part > 0) {
        part = copy_piece(in->inode, *from, out, size - done);
        *from += part > 0 ? (uint32_t)part : 0;
        done += part > 0 ? (uint32_t)part : 0;
    }
    file_put(in);
    file_put(out);
    return done ? (long)done : part;
}

/* From a place of its own, or where the file is, which then moves on. `width`: of the offset. */
static long send(int out_fd, int in_fd, void *offset, uint32_t width, uint32_t count)
{
    struct file *in = file_to_read(in_fd), *out = file_to_write(out_fd);
    uint64_t from = 0;

    if (offset && copy_from_user(&from, offset, width) != 0) {
        return -EFAULT;
    }
    from = width == sizeof(int32_t) ? (uint64_t)(int32_t)from : from;
    if (!in || !out) {
        return -EBADF;
    }
    if (!in->inode || !is_regular(in->inode) || !out->ops->write || (out->flags & O_APPEND) ||
        (int64_t)from < 0 || (int32_t)count < 0) {
        return -EINVAL;
    }
    from = offset ? from : in->position;
    long done = copy(in, &from, out, count);
    if (!offset) {
        in->position = from;
    }
    return done >= 0 && offset && copy_to_user(offset, &from, width) != 0 ? -EFAULT : done;
}

long sys_sendfile(int out_fd, int in_fd, int32_t *offset, uint32_t count)
{
    return send(out_fd, in_fd, offset, sizeof *offset, count);
}

long sys_sendfile64(int out_fd, int in_fd, uint64_t *offset, uint32_t count)
{
    return send(out_fd, in_fd, offset, sizeof *offset, count);
}

long sys_copy_file_range(int in_fd, uint64_t *in_offset, int out_fd, uint64_t *out_offset,
                         uint32_t count, uint32_t flags)
{
    struct file *in = file_to_read(in_fd), *out = file_to_write(out_fd);
    uint64_t from, to;

    if (!in || !out || (out->flags & O_APPEND)) {
        return -EBADF;
    }
    if (!in->inode || !out->inode || !is_regular(in->inode) || !is_regular(out->inode) || flags) {
        return in->inode && is_directory(in->inode) && !flags ? -EISDIR : -EINVAL;
    }
    from = in->position;
    to = out->position;
    if ((in_offset && copy_from_user(&from, in_offset, sizeof from) != 0) ||
        (out_offset && copy_from_user(&to, out_offset, sizeof to) != 0)) {
        return -EFAULT;
    }
    count = inode_left(in->inode, from, count);
    if ((int64_t)from < 0 || to > INODE_BYTES_MAX ||
        (in->inode == out->inode && from < to + count && to < from + count)) {
        return -EINVAL;
    }
    uint64_t in_position = in->position, out_position = out->position;
    out->position = to;
    long done = copy(in, &from, out, count);
    to = out->position;
    in->position = in_offset ? in_position : from;
    out->position = out_offset ? out_position : to;
    if (done >= 0 && ((in_offset && copy_to_user(in_offset, &from, sizeof from) != 0) ||
                      (out_offset && copy_to_user(out_offset, &to, sizeof to) != 0))) {
        return -EFAULT;
    }
    return done;
}
