/* fs/pipe.c: a page of bytes between two processes. */

#include "fs/file.h"

#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"
#include "proc/sleep.h"

#define PIPE_BYTES                                                                                 \
    PAGE_SIZE /* PIPE_BUF too: a write that is no longer is never mixed with others */

struct pipe {
    uint8_t *buffer;
    uint32_t head, tail; /* bytes ever written and read; cut down when used */
    uint32_t readers, writers;
    struct wait_queue changed;
};

static uint32_t used(const struct pipe *pipe)
{
    return pipe->head - pipe->tail;
}

static uint32_t lower(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Sleep until the other side has done something. Returns 0 or -errno. */
static int wait_for_change(struct file *file, struct pipe *pipe)
{
    if (file->flags & O_NONBLOCK) {
        return -EAGAIN;
    }
    if (signal_pending(current_process())) {
        return -EINTR;
    }
    sleep_on(&pipe->changed);
    return 0;
}

/* What there is, at least a byte; 0 when nobody can write any more. */
static long pipe_read(struct file *file, void *buffer, size_t size)
{
    struct pipe *pipe = file->object;
    uint32_t done = 0;

    while (size != 0 && used(pipe) == 0) {
        if (pipe->writers == 0) {
            return 0;
        }
        int error = wait_for_change(file, pipe);
        if (error) {
            return error;
        }
    }
    while (done < size && used(pipe) != 0) {
        uint32_t at = pipe->tail % PIPE_BYTES;
        uint32_t part = lower(lower(size - done, used(pipe)), PIPE_BYTES - at);
        if (copy_to_user((uint8_t *)buffer + done, pipe->buffer + at, part) != 0) {
            break;
        }
        pipe->tail += part;
        done += part;
    }
    wake_all(&pipe->changed);
    return size != 0 && done == 0 ? -EFAULT : (long)done;
}

/* As much as there is room for. */
static long put(struct pipe *pipe, const uint8_t *buffer, size_t size)
{
    uint32_t done = 0;

    while (done < size && used(pipe) < PIPE_BYTES) {
        uint32_t at = pipe->head % PIPE_BYTES;
        uint32_t part = lower(lower(size - done, PIPE_BYTES - used(pipe)), PIPE_BYTES - at);
        if (copy_from_user(pipe->buffer + at, buffer + done, part) != 0) {
            return done ? (long)done : -EFAULT;
        }
        pipe->head += part;
        done += part;
    }
    return (long)done;
}

static long pipe_write(struct file *file, const void *buffer, size_t size)
{
    struct pipe *pipe = file->object;
    uint32_t room = size <= PIPE_BYTES ? size : 1; /* all at once, or piece by piece */
    uint32_t done = 0;

    while (done < size) {
        int error = 0;
        if (pipe->readers == 0) {
            signal_send(current_process(), SIGPIPE);
            error = -EPIPE;
        } else if (PIPE_BYTES - used(pipe) < room) {
            error = wait_for_change(file, pipe);
            if (error == 0) {
                continue;
            }
        }
        long part = error ? error : put(pipe, (const uint8_t *)buffer + done, size - done);
        if (part < 0) {
            return done ? (long)done : part;
        }
        done += (uint32_t)part;
        wake_all(&pipe->changed);
    }
    return (long)done;
}

/* One end is gone: the other has to know. */
static void pipe_release(struct file *file)
{
    struct pipe *pipe = file->object;

    if (file->flags & O_WRONLY) {
        pipe->writers--;
    } else {
        pipe->readers--;
    }
    wake_all(&pipe->changed);
    if (pipe->readers + pipe->writers == 0) {
        memory_free(pipe->buffer);
        memory_free(pipe);
    }
}

static long cannot_read(struct file *file, void *buffer, size_t size)
{
    (void)file;
    (void)buffer;
    (void)size;
    return -EBADF;
}

static long cannot_write(struct file *file, const void *buffer, size_t size)
{
    (void)file;
    (void)buffer;
    (void)size;
    return -EBADF;
}

static const struct file_ops read_end = {pipe_read, cannot_write, pipe_release};
static const struct file_ops write_end = {cannot_read, pipe_write, pipe_release};

int pipe_create(struct file *ends[2], uint32_t flags)
{
    struct pipe *pipe = memory_alloc(sizeof *pipe);
    uint8_t *buffer = memory_alloc(PIPE_BYTES);
    struct file *reader = file_create(&read_end, O_RDONLY | flags, pipe);
    struct file *writer = file_create(&write_end, O_WRONLY | flags, pipe);

    if (!pipe || !buffer || !reader || !writer) {
        memory_free(pipe);
        memory_free(buffer);
        memory_free(reader);
        memory_free(writer);
        return -ENOMEM;
    }
    *pipe = (struct pipe){.buffer = buffer, .readers = 1, .writers = 1};
    ends[0] = reader;
    ends[1] = writer;
    return 0;
}
