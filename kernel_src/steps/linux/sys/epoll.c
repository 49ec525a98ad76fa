/* sys/epoll.c: system calls that wait for files that were named before: epoll(7). */

#include "fs/epoll.h"

#include "fs/eventfd.h"
#include "fs/file.h"
#include "fs/ready.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"
#include "proc/signals.h"
#include "sys/calls.h"
#include "sys/time.h"

#define EVENTS_MAX (INT32_MAX / sizeof(struct epoll_event))

struct epoll_event {
    uint32_t events;
    uint32_t data[2];
};

long sys_epoll_create1(uint32_t flags)
{
    return flags & ~(uint32_t)O_CLOEXEC ? -EINVAL : file_install_new(epoll_open(), flags);
}

long sys_epoll_create(int size)
{
    return size <= 0 ? -EINVAL : sys_epoll_create1(0);
}

static long change(struct watch **link, struct file *file, int fd, const struct epoll_event *event)
{
    struct watch *watch = *link;

    if (!watch) {
        watch = memory_alloc(sizeof *watch);
        if (!watch) {
            return -ENOMEM;
        }
        *link = watch;
    }
    *watch = (struct watch){.next = watch->next,
                            .file = file,
                            .fd = fd,
                            .wanted = event->events,
                            .data = {event->data[0], event->data[1]}};
    ready_changed(&pollers); /* somebody may wait already */
    return 0;
}

static void watch_remove(struct watch **link)
{
    struct watch *watch = *link;

    *link = watch->next;
    memory_free(watch);
}

long sys_epoll_ctl(int epoll_fd, int operation, int fd, const struct epoll_event *user)
{
    struct epoll_event event = {0, {0, 0}};
    struct file *file = file_of(fd), *epoll_file = file_of(epoll_fd);

    if (operation != EPOLL_CTL_DEL && copy_from_user(&event, user, sizeof event) != 0) {
        return -EFAULT;
    }
    if (!file || !epoll_file) {
        return -EBADF;
    }
    if (!file->ops->ready) {
        return -EPERM;
    }
    struct epoll *epoll = epoll_of(epoll_file);
    if (!epoll || epoll_of(file)) {
        return -EINVAL; /* not one in another: who would end a circle? */
    }
    struct watch **link = epoll_find(epoll, file, fd);
    if (operation == EPOLL_CTL_ADD) {
        return *link ? -EEXIST : change(link, file, fd, &event);
    }
    if (operation != EPOLL_CTL_DEL && operation != EPOLL_CTL_MOD) {
        return -EINVAL;
    }
    if (!*link) {
        return -ENOENT;
    }
    if (operation == EPOLL_CTL_MOD) {
        return change(link, file, fd, &event);
    }
    watch_remove(link);
    return 0;
}

/* Behind all others: they come first when there is no room for all. */
static void move_to_end(struct epoll *epoll, struct watch *watch)
{
    struct watch **link = epoll_find(epoll, watch->file, watch->fd);

    *link = watch->next;
    watch->next = NULL;
    *epoll_find(epoll, NULL, -1) = watch;
}

/* What there is to tell, each watch once. Returns how many, or -EFAULT. */
static long tell(struct epoll *epoll, struct epoll_event *to, uint32_t room)
{
    uint32_t count = 0, left = 0;
    struct watch *next;

    for (const struct watch *watch = epoll->watches; watch; watch = watch->next) {
        left++;
    }
    for (struct watch *watch = epoll->watches; left > 0 && count < room; watch = next, left--) {
        uint32_t news = watch_news(watch, 1);
        next = watch->next;
        if (news) {
            const struct epoll_event event = {news, {watch->data[0], watch->data[1]}};
            if (copy_to_user(&to[count], &event, sizeof event) != 0) {
                return count ? (long)count : -EFAULT;
            }
            move_to_end(epoll, watch);
            count++;
        }
    }
    return (long)count;
}

static long wait_for(struct file *file, struct epoll_event *to, uint32_t room, int timeout_ms)
{
    uint32_t until = tick_of_ms(timeout_ms);
    int is_late = timeout_ms == 0;

    for (;;) {
        long count = tell(epoll_of(file), to, room);
        if (count || is_late) {
            return count;
        }
        if (signal_pending(current_process())) {
            return -EINTR;
        }
        is_late = sleep_limited(&pollers, timeout_ms > 0 ? &until : NULL);
    }
}

/* Without a mask it is epoll_wait(). */
long sys_epoll_pwait(int epoll_fd, struct epoll_event *to, int room, int timeout_ms,
                     const sigset *mask, uint32_t mask_size)
{
    struct file *file = file_of(epoll_fd);
    long error = mask ? signals_wait_with(mask, mask_size) : 0;

    if (error) {
        return error;
    }
    if (room <= 0 || (uint32_t)room > EVENTS_MAX) {
        return -EINVAL;
    }
    if (!user_range_ok((uint32_t)to, (uint32_t)room * sizeof *to)) {
        return -EFAULT;
    }
    if (!file || !epoll_of(file)) {
        return file ? -EINVAL : -EBADF;
    }
    file_get(file); /* another thread may close its number meanwhile */
    long count = wait_for(file, to, (uint32_t)room, timeout_ms);
    file_put(file);
    return count;
}

long sys_eventfd2(uint32_t number, uint32_t flags)
{
    if (flags & ~(uint32_t)(EFD_SEMAPHORE | O_NONBLOCK | O_CLOEXEC)) {
        return -EINVAL;
    }
    return file_install_new(eventfd_open(number, flags), flags);
}
