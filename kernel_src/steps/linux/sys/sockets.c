/* sys/sockets.c: sockets that are connected with each other from the start: socketpair(2).
 *
 * There is no network.
 *
 * Each end reads from one pipe and writes to another. Before a message stands how long it is.
 */

#include "fs/file.h"
#include "fs/pipe.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "proc/process.h"
#include "proc/signals.h"
#include "sys/calls.h"

#define AF_UNIX 1
#define SOCK_STREAM 1
#define SOCK_SEQPACKET 5
#define TYPE_MASK 0xf
#define MSG_DONTWAIT 0x40u
#define MSG_NOSIGNAL 0x4000u
#define MSG_KNOWN (MSG_DONTWAIT | MSG_NOSIGNAL)
#define SOCK_DGRAM 2

struct socket {
    struct file *in, *out; /* ends of pipes; NULL: shut down */
    int type;
};

static void wait_as(struct file *side, const struct file *file)
{
    side->flags = (side->flags & ~(uint32_t)O_NONBLOCK) | (file->flags & O_NONBLOCK);
}

static long socket_read(struct file *file, void *buffer, size_t size)
{
    struct socket *socket = file->object;

    if (!socket->in) {
        return 0;
    }
    wait_as(socket->in, file);
    if (socket->type == SOCK_STREAM) {
        return pipe_read(socket->in, buffer, size);
    }
    struct pipe *pipe = socket->in->object;
    while (pipe->head == pipe->tail) {
        long error = pipe->writers ? file_wait(socket->in, &pipe->changed) : 0;
        if (error || (!pipe->writers && pipe->head == pipe->tail)) {
            return error;
        }
    }
    uint32_t length = (uint32_t)pipe_length(pipe, NULL), part = lower(size, length);
    long done = part && !user_range_ok((uint32_t)buffer, part) ? -EFAULT : 0;
    pipe_skip(socket->in, done ? 0 : sizeof length);
    done = done || !part ? done : pipe_read(socket->in, buffer, part);
    pipe_skip(socket->in, done < 0 ? 0 : length - (uint32_t)done);
    return done;
}

/* A message goes as a whole. */
static long message_write(struct socket *socket, const void *buffer, size_t size)
{
    struct pipe *pipe = socket->out->object;
    const uint32_t length = size;

    if (size > PIPE_BYTES - sizeof length) {
        return -EMSGSIZE;
    }
    while (pipe->readers && PIPE_BYTES - (pipe->head - pipe->tail) < size + sizeof length) {
        long error = file_wait(socket->out, &pipe->changed);
        if (error) {
            return error;
        }
    }
    if (!pipe->readers) {
        return socket->type == SOCK_DGRAM ? -ECONNREFUSED : pipe_write(socket->out, buffer, 1);
    }
    long before = pipe_length(pipe, &length);
    long done = before < 0 ? before : pipe_write(socket->out, buffer, size);
    if (done < 0 && before >= 0) {
        pipe->head -= sizeof length;
    }
    ready_changed(&pipe->changed);
    return done;
}

static long socket_write(struct file *file, const void *buffer, size_t size)
{
    struct socket *socket = file->object;

    if (!socket->out) {
        signal_send(current_process(), SIGPIPE);
        return -EPIPE;
    }
    wait_as(socket->out, file);
    return socket->type != SOCK_STREAM ? message_write(socket, buffer, size)
                                       : pipe_write(socket->out, buffer, size);
}

/* Whose other end is gone can be read and written at once: the end, and an error. */
static uint32_t socket_ready(struct file *file)
{
    const struct socket *socket = file->object;
    uint32_t in = socket->in ? pipe_read_ready(socket->in) : POLLHUP;
    uint32_t out = socket->out ? pipe_write_ready(socket->out) : POLLERR;
    int is_over = (in & POLLHUP) && (out & POLLERR);

    return (in ? POLLIN : 0) | (out ? POLLOUT : 0) | (in & POLLHUP ? POLLRDHUP : 0) |
           (is_over ? POLLHUP : 0);
}

static long socket_control(struct file *file, uint32_t request, void *argument)
{
    const struct socket *socket = file->object;

    return socket->in ? pipe_control(socket->in, request, argument) : -ENOTTY;
}

static void side_put(struct file **side)
{
    if (*side) {
        file_put(*side);
    }
    *side = NULL;
}

static void socket_shutdown(struct file *file, uint32_t sides)
{
    struct socket *socket = file->object;

    if (sides & 1) {
        side_put(&socket->in);
    }
    if (sides & 2) {
        side_put(&socket->out);
    }
}

static void socket_release(struct file *file)
{
    socket_shutdown(file, 3);
    object_release(file);
}

static const struct file_ops socket_ops = {.read = socket_read,
                                           .write = socket_write,
                                           .ready = socket_ready,
                                           .control = socket_control,
                                           .mode = S_IFSOCK | 0777,
                                           .release = socket_release};

/* From one end to the other. Returns 0 or -ENOMEM. */
static int connect(struct socket *from, struct socket *to)
{
    struct file *pipe[2];
    int error = pipe_create(pipe, 0);

    if (error == 0) {
        to->in = pipe[0];
        from->out = pipe[1];
    }
    return error;
}

/* Both ends. Returns 0 or -ENOMEM. */
static int socket_pair(struct file *ends[2], int type, uint32_t flags)
{
    int error = 0;

    for (int i = 0; i < 2; i++) {
        ends[i] = file_with_object(&socket_ops, O_RDWR | flags, sizeof(struct socket));
        error = ends[i] ? error : -ENOMEM;
    }
    for (int i = 0; i < 2 && error == 0; i++) {
        struct socket *socket = ends[i]->object;
        socket->type = type;
        error = connect(socket, ends[!i]->object);
    }
    for (int i = 0; i < 2 && error; i++) {
        if (ends[i]) {
            file_put(ends[i]);
        }
    }
    return error;
}

/* ---- The calls ---- */

long sys_socketpair(int family, int type, int protocol, int *to)
{
    uint32_t flags = (uint32_t)type & ~(uint32_t)TYPE_MASK;
    int kind = type & TYPE_MASK;
    struct file *ends[2];

    if (flags & ~(uint32_t)(O_CLOEXEC | O_NONBLOCK)) {
        return -EINVAL;
    }
    if (family != AF_UNIX) {
        return -EAFNOSUPPORT;
    }
    if (kind != SOCK_STREAM && kind != SOCK_STREAM + 1 && kind != SOCK_SEQPACKET) {
        return -ESOCKTNOSUPPORT;
    }
    if (protocol != 0 && protocol != AF_UNIX) {
        return -EPROTONOSUPPORT;
    }
    int error = socket_pair(ends, kind, flags & O_NONBLOCK);
    return error ? error : files_install_both(ends, to, flags);
}

/* Linux only says that there is none. */
long sys_socket(int family, int type, int protocol)
{
    (void)family;
    (void)type;
    (void)protocol;
    return -EAFNOSUPPORT;
}

static long socket_of(int fd, struct file **file)
{
    *file = file_of(fd);
    return !*file ? -EBADF : (*file)->ops == &socket_ops ? 0 : -ENOTSOCK;
}

/* As read() and write(), but perhaps without waiting. */
static long transfer(int fd, void *buffer, uint32_t size, uint32_t flags, int is_read)
{
    struct file *file;
    long error = socket_of(fd, &file);

    if (error || (flags & ~MSG_KNOWN) || !user_range_ok((uint32_t)buffer, size)) {
        return error ? error : flags & ~MSG_KNOWN ? -EOPNOTSUPP : -EFAULT;
    }
    uint32_t before = file->flags;
    file->flags |= flags & MSG_DONTWAIT ? O_NONBLOCK : 0;
    file_get(file);
    long done =
        is_read ? file->ops->read(file, buffer, size) : file->ops->write(file, buffer, size);
    file->flags = before;
    file_put(file);
    if (done == -EPIPE && (flags & MSG_NOSIGNAL)) {
        signal_forget(current_process(), SIGPIPE);
    }
    return done;
}

long sys_sendto(int fd, const void *buffer, uint32_t size, uint32_t flags, const void *address,
                uint32_t address_size)
{
    (void)address_size;
    return address ? -EISCONN : transfer(fd, (void *)buffer, size, flags, 0);
}

long sys_recvfrom(int fd, void *buffer, uint32_t size, uint32_t flags, void *address,
                  uint32_t *address_size)
{
    const uint32_t none = 0;

    return address && copy_to_user(address_size, &none, sizeof none) != 0
               ? -EFAULT
               : transfer(fd, buffer, size, flags, 1);
}

long sys_shutdown(int fd, uint32_t how)
{
    struct file *file;
    long error = socket_of(fd, &file);

    if (error || how > 2) {
        return error ? error : -EINVAL;
    }
    socket_shutdown(file, how + 1);
    return 0;
}

/* socketcall(2): one call for all of them, as C libraries still make it. */
enum { PAIR = 8, SEND, RECV, SENDTO, RECVFROM, SHUTDOWN, CALLS = 20 };

long sys_socketcall(int call, const uint32_t *from)
{
    uint32_t a[6] = {0};
    static const uint8_t counts[CALLS + 1] = {
        [PAIR] = 4, [SEND] = 4, [RECV] = 4, [SENDTO] = 6, [RECVFROM] = 6, [SHUTDOWN] = 2};

    if (call < 1 || call > CALLS) {
        return -EINVAL;
    }
    if (copy_from_user(a, from, counts[call] * sizeof a[0]) != 0) {
        return -EFAULT;
    }
    switch (call) {
    case PAIR:
        return sys_socketpair((int)a[0], (int)a[1], (int)a[2], (int *)a[3]);
    case SEND:
    case SENDTO:
        return sys_sendto((int)a[0], (void *)a[1], a[2], a[3], (void *)a[4], a[5]);
    case RECV:
    case RECVFROM:
        return sys_recvfrom((int)a[0], (void *)a[1], a[2], a[3], (void *)a[4], (uint32_t *)a[5]);
    case SHUTDOWN:
        return sys_shutdown((int)a[0], a[1]);
    default:
        return sys_socket(0, 0, 0);
    }
}
