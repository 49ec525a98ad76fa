/* fs/eventfd.c: a number that is a file: eventfd(2). */

#include "fs/eventfd.h"

#include "fs/file.h"
#include "mm/mm.h"

#define NUMBER_MAX (UINT64_MAX - 1)

struct eventfd {
    uint64_t number;
    uint32_t is_semaphore; /* a read takes one, not all */
    uint32_t writes;
    struct wait_queue changed;
};

static long eventfd_read(struct file *file, void *buffer, size_t size)
{
    struct eventfd *event = file->object;

    if (size < sizeof event->number) {
        return -EINVAL;
    }
    while (event->number == 0) {
        int error = file_wait(file, &event->changed);
        if (error) {
            return error;
        }
    }
    uint64_t taken = event->is_semaphore ? 1 : event->number;
    event->number -= taken;
    ready_changed(&event->changed);
    return copy_to_user(buffer, &taken, sizeof taken) ? -EFAULT : (long)sizeof taken;
}

static long eventfd_write(struct file *file, const void *buffer, size_t size)
{
    struct eventfd *event = file->object;
    uint64_t more;

    if (size < sizeof more) {
        return -EINVAL;
    }
    if (copy_from_user(&more, buffer, sizeof more) != 0) {
        return -EFAULT;
    }
    if (more > NUMBER_MAX) {
        return -EINVAL;
    }
    while (NUMBER_MAX - event->number < more) {
        int error = file_wait(file, &event->changed);
        if (error) {
            return error;
        }
    }
    event->number += more;
    event->writes++;
    ready_changed(&event->changed);
    return sizeof more;
}

static uint32_t eventfd_ready(struct file *file)
{
    const struct eventfd *event = file->object;

    return (event->number ? POLLIN : 0) | (event->number < NUMBER_MAX ? POLLOUT : 0);
}

static uint32_t eventfd_events(const struct file *file)
{
    return ((const struct eventfd *)file->object)->writes;
}

static struct wait_queue *eventfd_queue(const struct file *file)
{
    return &((struct eventfd *)file->object)->changed;
}

static const struct file_ops eventfd_ops = {.read = eventfd_read,
                                            .write = eventfd_write,
                                            .ready = eventfd_ready,
                                            .release = object_release,
                                            .events = eventfd_events,
                                            .queue = eventfd_queue};

struct file *eventfd_open(uint32_t number, uint32_t flags)
{
    struct file *file =
        file_with_object(&eventfd_ops, O_RDWR | (flags & O_NONBLOCK), sizeof(struct eventfd));

    if (file) {
        *(struct eventfd *)file->object =
            (struct eventfd){.number = number, .is_semaphore = flags & EFD_SEMAPHORE};
    }
    return file;
}
