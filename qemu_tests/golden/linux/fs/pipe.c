/* fs/pipe.c: bytes between two processes, in up to 16 pages that come and go. */

#include "fs/file.h"

#include "lib/lib.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"

#define PIPE_PAGES 16u                      /* as Linux */
#define PIPE_BYTES (PIPE_PAGES * PAGE_SIZE) /* a power of two: head and tail run on */
#define PIPE_BUF PAGE_SIZE                  /* a write that is no longer is not mixed with others */

struct pipe {
    uint8_t *page[PIPE_PAGES]; /* those in use */
    uint32_t head, tail;       /* bytes ever written and read; cut down when used */
    uint32_t readers, writers;
    struct wait_queue changed;
};

static uint32_t used(const struct pipe *pipe)
{
    return pipe->head - pipe->tail;
}

/* Where a byte lies; NULL if there is no page, and no memory for one. */
static uint8_t *byte_of(struct pipe *pipe, uint32_t at)
{
    uint8_t **page = &pipe->page[at / PAGE_SIZE % PIPE_PAGES];

    if (!*page) {
        *page = memory_alloc(PAGE_SIZE);
    }
    return *page ? *page + at % PAGE_SIZE : NULL;
}

/* The reader has gone past the end of a page. The writer may be in it again, a lap ahead. */
static void drop_page(struct pipe *pipe, uint32_t at)
{
    uint8_t **page = &pipe->page[at / PAGE_SIZE % PIPE_PAGES];

    if (pipe->head - page_down(at) <= PIPE_BYTES) {
        memory_free(*page);
        *page = NULL;
    }
}

/* The other side has done something. */
static void change(struct pipe *pipe)
{
    ready_changed(&pipe->changed);
}

static uint32_t read_end_ready(struct file *file)
{
    const struct pipe *pipe = file->object;

    return (used(pipe) != 0 ? POLLIN : 0) | (pipe->writers == 0 ? POLLHUP : 0);
}

static uint32_t write_end_ready(struct file *file)
{
    const struct pipe *pipe = file->object;

    return (used(pipe) < PIPE_BYTES ? POLLOUT : 0) | (pipe->readers == 0 ? POLLERR : 0);
}

/* What there is, at least a byte; 0 when nobody can write any more. */
static long pipe_read(struct file *file, void *buffer, size_t size)
{
    struct pipe *pipe = file->object;
    uint32_t done = 0;

    while (size != 0 && used(pipe) == 0) {
        int error = pipe->writers ? file_wait(file, &pipe->changed) : 0;
        if (error || (pipe->writers == 0 && used(pipe) == 0)) {
            return error;
        }
    }
    while (done < size && used(pipe) != 0) {
        uint32_t at = pipe->tail;
        uint32_t part = lower(lower(size - done, used(pipe)), PAGE_SIZE - at % PAGE_SIZE);
        if (copy_to_user((uint8_t *)buffer + done, byte_of(pipe, at), part) != 0) {
            break;
        }
        pipe->tail += part;
        done += part;
        if (pipe->tail % PAGE_SIZE == 0) {
            drop_page(pipe, at);
        }
    }
    change(pipe);
    return size != 0 && done == 0 && used(pipe) != 0 ? -EFAULT : (long)done;
}

/* As much as there is room for. */
static long put(struct pipe *pipe, const uint8_t *buffer, size_t size)
{
    uint32_t done = 0;

    while (done < size && used(pipe) < PIPE_BYTES) {
        uint32_t at = pipe->head;
        uint32_t part =
            lower(lower(size - done, PIPE_BYTES - used(pipe)), PAGE_SIZE - at % PAGE_SIZE);
        uint8_t *to = byte_of(pipe, at);
        if (!to || copy_from_user(to, buffer + done, part) != 0) {
            return done ? (long)done : to ? -EFAULT : -ENOMEM;
        }
        pipe->head += part;
        done += part;
    }
    return (long)done;
}

/* Sleep until a piece fits, or nobody would read it. Returns 0 or -errno. */
static int wait_for_room(struct file *file, struct pipe *pipe, uint32_t room)
{
    int error = 0;

    while (error == 0 && pipe->readers != 0 && PIPE_BYTES - used(pipe) < room) {
        error = file_wait(file, &pipe->changed);
    }
    if (pipe->readers == 0) {
        signal_send(current_process(), SIGPIPE);
        return -EPIPE;
    }
    return error;
}

static long pipe_write(struct file *file, const void *buffer, size_t size)
{
    struct pipe *pipe = file->object;
    uint32_t room = size <= PIPE_BUF ? size : 1; /* all at once, or piece by piece */
    uint32_t done = 0;

    while (done < size) {
        long part = wait_for_room(file, pipe, room);
        part = part ? part : put(pipe, (const uint8_t *)buffer + done, size - done);
        if (part < 0) {
            return done ? (long)done : part;
        }
        done += (uint32_t)part;
        change(pipe);
    }
    return (long)done;
}

static void pipe_free(struct pipe *pipe)
{
    for (uint32_t i = 0; pipe && i < PIPE_PAGES; i++) {
        memory_free(pipe->page[i]);
    }
    memory_free(pipe);
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
    change(pipe);
    if (pipe->readers + pipe->writers == 0) {
        pipe_free(pipe);
    }
}

static const struct file_ops read_end = {
    .read = pipe_read, .ready = read_end_ready, .release = pipe_release};
static const struct file_ops write_end = {
    .write = pipe_write, .ready = write_end_ready, .release = pipe_release};

int pipe_create(struct file *ends[2], uint32_t flags)
{
    struct pipe *pipe = memory_alloc(sizeof *pipe);
    struct file *reader = file_create(&read_end, O_RDONLY | flags, pipe);
    struct file *writer = file_create(&write_end, O_WRONLY | flags, pipe);

    if (!pipe || !byte_of(pipe, 0) || !reader || !writer) {
        pipe_free(pipe);
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
