/* sys/epoll.c: system calls that wait for files that were named before: epoll(7). */

#include "fs/epoll.h"

#include "fs/eventfd.h"
#include "fs/file.h"
#include "fs/ready.h"
#include "mm/mm.h"
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

static void change(struct watch *watch, const struct epoll_event *event)
{
    watch->wanted = event->events | POLLERR | POLLHUP;
    watch->data[0] = event->data[0];
    watch->data[1] = event->data[1];
    watch->told = watch->events = 0;
    if (watch_news(watch, 0) || watch_stays(watch, 0)) {
        watch_put(watch);
    }
    ready_changed(&watch->epoll->changed); /* somebody may wait already */
}

long sys_epoll_ctl(int epoll_fd, int operation, int fd, const struct epoll_event *user)
{
    struct epoll_event event = {0, {0, 0}};
    struct file *file = file_of(fd), *epoll_file = file_of(epoll_fd);
    int error;

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
    if (!epoll || file == epoll_file) {
        return -EINVAL;
    }
    struct watch *watch = watch_find(epoll, file, fd);
    if (operation == EPOLL_CTL_ADD) {
        error = watch ? -EEXIST : watch_add(epoll, file, fd, &watch);
    } else if (operation != EPOLL_CTL_DEL && operation != EPOLL_CTL_MOD) {
        error = -EINVAL;
    } else {
        error = watch ? 0 : -ENOENT;
    }
    if (error == 0 && operation == EPOLL_CTL_MOD &&
        ((event.events | watch->wanted) & EPOLL_EXCLUSIVE)) {
        error = -EINVAL;
    }
    if (error == 0 && operation == EPOLL_CTL_DEL) {
        watch_remove(watch);
    } else if (error == 0) {
        change(watch, &event);
    }
    return error;
}

/* What the candidates have to tell, each once: those that may have more come behind all others, so
 * that they do not keep those out for whom there is no room. Returns how many, or -EFAULT. */
static long tell(struct epoll *epoll, struct epoll_event *to, uint32_t room)
{
    struct node **end = epoll->candidates.end;
    struct node *node = epoll->candidates.first;
    uint32_t count = 0;

    for (int is_last = !node; !is_last && count < room;) {
        struct watch *watch = node_owner(node, struct watch, candidate);
        uint32_t news = watch_news(watch, 1);
        if (news) {
            const struct epoll_event event = {news, {watch->data[0], watch->data[1]}};
            if (copy_to_user(&to[count], &event, sizeof event) != 0) {
                return count ? (long)count : -EFAULT;
            }
            count++;
        }
        is_last = &node->next == end;
        node = node->next;
        watch_take(watch);
        if (watch_stays(watch, news)) {
            watch_put(watch);
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
