/* fs/host_stream.c: a stream of bytes from or to the host, as a file.
 *
 * Each stream is a ring in host_area. Output goes there, and write() waits until the host has
 * written it to its own descriptor: a program whose last words found the disk full must hear of
 * that. Input is only asked for when a program reads: what no program wanted is left for whoever
 * reads the host's descriptor next.
 */

#include "dev/host.h"
#include "fs/file.h"
#include "fs/host_files.h"
#include "mm/mm.h"
#include "proc/process.h"

#define PATIENCE 4000 /* looks at what the host has done, before sleeping */

static uint32_t lower(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* A word that the host writes. */
static uint32_t now(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static uint32_t used(const struct host_stream *stream)
{
    return now(&stream->head) - now(&stream->tail);
}

/* How many bytes from there on lie behind each other. */
static uint32_t in_one_piece(uint32_t at)
{
    return HOST_STREAM_BYTES - at % HOST_STREAM_BYTES;
}

/* ---- Input ---- */

/* The host answers in a moment if it is asked for what is there, and not for what may come. */
static void pause(void)
{
    __asm__ volatile("pause");
}

static uint32_t input_ready(struct file *file)
{
    struct host_stream *stream = file->object;

    if (used(stream) != 0) {
        return POLLIN;
    }
    if (now(&stream->wanted) != 0) {
        return 0; /* it is on its way */
    }
    if (stream->watched == HOST_WATCH_NONE) {
        stream->watched = HOST_WATCH_ASKED;
        host_ring();
        while (now(&stream->watched) == HOST_WATCH_ASKED) {
            pause();
        }
    }
    return now(&stream->watched) == HOST_WATCH_READABLE ? POLLIN : 0;
}

static void ask(struct host_stream *stream, size_t size)
{
    stream->watched = HOST_WATCH_NONE;
    stream->error = 0;
    __atomic_store_n(&stream->wanted, lower(size, HOST_STREAM_BYTES), __ATOMIC_RELEASE);
    host_ring();
}

/* Until there is something, or the end of it, or an error. Returns 0 or -errno. */
static long wait_for_input(struct file *file, size_t size)
{
    struct host_stream *stream = file->object;

    if (used(stream) != 0) {
        return 0;
    }
    if (now(&stream->wanted) == 0) { /* else one who was interrupted has asked already */
        if ((file->flags & O_NONBLOCK) && input_ready(file) == 0) {
            return -EAGAIN;
        }
        ask(stream, size);
        while ((file->flags & O_NONBLOCK) && now(&stream->wanted) != 0) {
            pause();
        }
    }
    while (now(&stream->wanted) != 0) {
        long error = file_wait(file, &host_rang);
        if (error) {
            return error;
        }
    }
    return used(stream) != 0 ? 0 : -(long)stream->error;
}

static long input_read(struct file *file, void *buffer, size_t size)
{
    struct host_stream *stream = file->object;
    long error = size ? wait_for_input(file, size) : 0;
    uint32_t done = 0;

    if (error) {
        return error;
    }
    while (done < size && used(stream) != 0) {
        uint32_t at = stream->tail;
        uint32_t part = lower(lower(size - done, used(stream)), in_one_piece(at));
        const uint8_t *from = stream->data + at % HOST_STREAM_BYTES;
        if (copy_to_user((uint8_t *)buffer + done, from, part) != 0) {
            return done ? (long)done : -EFAULT;
        }
        stream->tail += part;
        done += part;
    }
    return (long)done;
}

/* ---- Output ---- */

static uint32_t room(const struct host_stream *stream)
{
    return HOST_STREAM_BYTES - used(stream);
}

static uint32_t output_ready(struct file *file)
{
    const struct host_stream *stream = file->object;

    return (room(stream) != 0 ? POLLOUT : 0) | (now(&stream->error) != 0 ? POLLERR : 0);
}

static int is_to_come(const struct host_stream *stream, uint32_t most)
{
    return now(&stream->error) == 0 && used(stream) > most;
}

/* Until at most so many bytes are on their way. Returns 0 or -errno. */
static long wait_for_host(struct file *file, uint32_t most)
{
    struct host_stream *stream = file->object;
    long error = 0;

    host_ring();
    for (uint32_t i = 0; i < PATIENCE && is_to_come(stream, most); i++) {
        pause(); /* to sleep and be woken would take longer, if the host can write at once */
    }
    while (error == 0 && is_to_come(stream, most)) {
        __atomic_store_n(&stream->wanted, most + 1, __ATOMIC_RELEASE);
        host_ring();
        error = file_wait(file, &host_rang);
    }
    if (now(&stream->error) == EPIPE) {
        signal_send(current_process(), SIGPIPE);
    }
    return stream->error ? -(long)stream->error : error;
}

static long output_write(struct file *file, const void *buffer, size_t size)
{
    struct host_stream *stream = file->object;
    uint32_t done = 0;
    long error = 0;

    while (error == 0 && done < size) {
        error = room(stream) ? 0 : wait_for_host(file, HOST_STREAM_BYTES - 1);
        uint32_t at = stream->head;
        uint32_t part = lower(lower(size - done, room(stream)), in_one_piece(at));
        uint8_t *to = stream->data + at % HOST_STREAM_BYTES;
        if (error == 0 && copy_from_user(to, (const uint8_t *)buffer + done, part) != 0) {
            error = -EFAULT;
        }
        if (error == 0) {
            __atomic_store_n(&stream->head, at + part, __ATOMIC_RELEASE);
            done += part;
        }
    }
    if (done != 0) {
        (void)wait_for_host(file, 0); /* after a signal, what is on its way arrives all the same */
    }
    if (now(&stream->error) != 0) {
        return -(long)stream->error;
    }
    return done ? (long)done : error;
}

/* To a program they are pipes, whatever they are to the host. */
const struct file_ops host_input_ops = {
    .read = input_read, .ready = input_ready, .mode = S_IFIFO | 0600};
const struct file_ops host_output_ops = {
    .write = output_write, .ready = output_ready, .mode = S_IFIFO | 0600};
