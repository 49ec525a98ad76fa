/* fs/pipe.c: bytes between two processes, in up to 16 pages that come and go. */

#include "fs/pipe.h"

#include "fs/file.h"
#include "fs/termios.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"

#define PIPE_BUF PAGE_SIZE /* a write that is no longer is not mixed with others */

static uint32_t used(const struct pipe *pipe)
{
    return pipe->head - pipe->tail;
}

/* Where a byte lies; NULL if there is no page, and no memory for one. */
static uint8_t *byte_of(struct pipe *pipe, uint32_t at)
{
    uint8_t **page = &pipe->page[at / PAGE_SIZE % PIPE_PAGES];

    if (!*page) {
        uint32_t frame = frame_take(); /* nobody reads what nobody wrote */
        *page = frame ? phys_to_virt(frame) : NULL;
    }
    return *page ? *page + at % PAGE_SIZE : NULL;
}

/* So many bytes of a page have been read. Past its end it is done with, unless the writer is in it
 * again, a lap ahead. */
static void take(struct pipe *pipe, uint32_t size)
{
    uint32_t at = pipe->tail;
    uint8_t **page = &pipe->page[at / PAGE_SIZE % PIPE_PAGES];

    pipe->tail += size;
    if (pipe->tail % PAGE_SIZE == 0 && pipe->head - page_down(at) <= PIPE_BYTES) {
        memory_free(*page);
        *page = NULL;
    }
}

/* The other side has done something. */
static void change(struct pipe *pipe)
{
    ready_changed(&pipe->changed);
}

uint32_t pipe_read_ready(struct file *file)
{
    const struct pipe *pipe = file->object;

    return (used(pipe) != 0 ? POLLIN : 0) | (pipe->writers == 0 ? POLLHUP : 0);
}

uint32_t pipe_write_ready(struct file *file)
{
    const struct pipe *pipe = file->object;

    return (used(pipe) <= PIPE_BYTES - PIPE_BUF ? POLLOUT : 0) | (pipe->readers == 0 ? POLLERR : 0);
}

struct wait_queue *pipe_queue(const struct file *file)
{
    return &((struct pipe *)file->object)->changed;
}

long pipe_control(struct file *file, uint32_t request, void *argument)
{
    uint32_t count = used(file->object);

    return request == FIONREAD ? copy_to_user(argument, &count, sizeof count) : -ENOTTY;
}

long pipe_read(struct file *file, void *buffer, size_t size)
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
        take(pipe, part);
        done += part;
    }
    change(pipe);
    return size != 0 && done == 0 && used(pipe) != 0 ? -EFAULT : (long)done;
}

long pipe_length(struct pipe *pipe, const uint32_t *length)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < sizeof found; i++) {
        uint8_t *byte = byte_of(pipe, length ? pipe->head + i : pipe->tail + i);
        if (!byte) {
            return -ENOMEM;
        }
        *byte = length ? (uint8_t)(*length >> 8 * i) : *byte;
        found |= (uint32_t)*byte << 8 * i;
    }
    pipe->head += length ? sizeof found : 0;
    return (long)found;
}

void pipe_skip(struct file *file, uint32_t size)
{
    struct pipe *pipe = file->object;

    while (size != 0) {
        uint32_t part = lower(size, PAGE_SIZE - pipe->tail % PAGE_SIZE);
        take(pipe, part);
        size -= part;
    }
    change(pipe);
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

long pipe_write(struct file *file, const void *buffer, size_t size)
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

void pipe_release(struct file *file)
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
