/* fs/pipe_ends.c: both ends of a pipe, as files, with a name or without. */

#include "fs/pipe.h"

#include "fs/file.h"
#include "fs/inode.h"
#include "mm/space.h"
#include "proc/process.h"

/* Bytes that came, bytes for which there is room again: see `events` in fs/file.h. */
static uint32_t bytes_in(const struct file *file)
{
    return ((const struct pipe *)file->object)->head;
}

static uint32_t bytes_out(const struct file *file)
{
    return ((const struct pipe *)file->object)->tail;
}

/* What all ends have in common. */
#define PIPE_OPS .control = pipe_control, .queue = pipe_queue, .mode = S_IFIFO | 0600

static const struct file_ops read_end = {.read = pipe_read,
                                         .ready = pipe_read_ready,
                                         .release = pipe_release,
                                         .events = bytes_in,
                                         PIPE_OPS};
static const struct file_ops write_end = {.write = pipe_write,
                                          .ready = pipe_write_ready,
                                          .release = pipe_release,
                                          .events = bytes_out,
                                          PIPE_OPS};

int pipe_create(struct file *ends[2], uint32_t flags)
{
    struct pipe *pipe = memory_alloc(sizeof *pipe);
    struct file *reader = file_create(&read_end, O_RDONLY | flags, pipe);
    struct file *writer = file_create(&write_end, O_WRONLY | flags, pipe);

    if (!pipe || !reader || !writer) {
        memory_free(pipe);
        memory_free(reader);
        memory_free(writer);
        return -ENOMEM;
    }
    pipe->readers = 1;
    pipe->writers = 1;
    ends[0] = reader;
    ends[1] = writer;
    return 0;
}

/* ---- with a name: fifo(7) ---- */

/* As long as anybody has it open. Who opens one end waits until the other is opened, even if it
 * is closed again at once. */
struct fifo {
    struct pipe pipe;        /* pipe_release() frees the whole */
    uint32_t readers_opened; /* ever */
    uint32_t writers_opened;
};

/* Until the first writer comes there is no end of input to tell of. */
static uint32_t fifo_read_ready(struct file *file)
{
    const struct fifo *fifo = file->object;
    uint32_t ready = pipe_read_ready(file);

    return fifo->writers_opened == file->position ? ready & ~(uint32_t)POLLHUP : ready;
}

static uint32_t fifo_both_ready(struct file *file)
{
    return pipe_read_ready(file) | pipe_write_ready(file);
}

static void fifo_release(struct file *file)
{
    struct pipe *pipe = file->object;
    struct inode *inode = file->inode;

    if ((file->flags & O_ACCMODE) == O_RDWR) {
        pipe->writers--; /* the other one is pipe_release()'s */
    }
    if (pipe->readers + pipe->writers == 1) {
        inode->fifo = NULL;
    }
    pipe_release(file);
    inode_put(inode);
}

static const struct file_ops fifo_ends[] = {
    [O_RDONLY] = {.read = pipe_read,
                  .ready = fifo_read_ready,
                  .release = fifo_release,
                  .events = bytes_in,
                  PIPE_OPS},
    [O_WRONLY] = {.write = pipe_write,
                  .ready = pipe_write_ready,
                  .release = fifo_release,
                  .events = bytes_out,
                  PIPE_OPS},
    [O_RDWR] = {.read = pipe_read,
                .write = pipe_write,
                .ready = fifo_both_ready,
                .release = fifo_release,
                PIPE_OPS},
};

/* Until the other end is there, or was. Returns 0 or -ERESTARTSYS. */
static long fifo_wait(struct file *file, const uint32_t *others, const uint32_t *others_opened)
{
    struct pipe *pipe = file->object;
    uint32_t before = *others_opened;
    long error = 0;

    while (error == 0 && *others == 0 && *others_opened == before) {
        error = file_wait(file, &pipe->changed);
    }
    return error;
}

static long fifo_enter(struct file *file, struct fifo *fifo)
{
    uint32_t mode = file->flags & O_ACCMODE;
    int can_wait = (file->flags & O_NONBLOCK) == 0;

    fifo->readers_opened += mode != O_WRONLY;
    fifo->writers_opened += mode != O_RDONLY;
    fifo->pipe.readers += mode != O_WRONLY;
    fifo->pipe.writers += mode != O_RDONLY;
    ready_changed(&fifo->pipe.changed);
    if (mode == O_RDONLY) {
        /* A read end is never told of the end of input by writers that went before it came. */
        file->position = fifo->pipe.writers ? fifo->writers_opened - 1 : fifo->writers_opened;
        return can_wait ? fifo_wait(file, &fifo->pipe.writers, &fifo->writers_opened) : 0;
    }
    return can_wait             ? fifo_wait(file, &fifo->pipe.readers, &fifo->readers_opened)
           : fifo->pipe.readers ? 0
                                : -ENXIO;
}

long fifo_open(struct inode *inode, uint32_t flags, struct file **opened)
{
    uint32_t mode = flags & O_ACCMODE;

    if (mode == O_ACCMODE) {
        return -EINVAL;
    }
    struct fifo *fifo = inode->fifo ? inode->fifo : memory_alloc(sizeof *fifo);
    struct file *file = fifo ? file_create(&fifo_ends[mode], flags, fifo) : NULL;
    if (!file) {
        if (!inode->fifo) {
            memory_free(fifo);
        }
        return -ENOMEM;
    }
    inode->fifo = fifo;
    file->inode = inode;
    inode_get(inode);
    long error = fifo_enter(file, fifo);
    if (error) {
        file_put(file);
        return error;
    }
    *opened = file;
    return 0;
}
