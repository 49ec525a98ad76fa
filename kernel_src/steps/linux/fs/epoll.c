/* fs/epoll.c: files that are watched together: epoll(7).
 *
 * Nobody keeps a list of what is ready: whoever waits is woken as poll() is, and looks at all. For
 * a watch that wants each event only once, each file counts those that may make it ready.
 */

#include "fs/epoll.h"

#include "fs/file.h"
#include "fs/ready.h"
#include "mm/space.h"

static struct epoll *epolls;

struct watch **epoll_find(struct epoll *epoll, const struct file *file, int fd)
{
    struct watch **link = &epoll->watches;

    while (*link && ((*link)->file != file || (*link)->fd != fd)) {
        link = &(*link)->next;
    }
    return link;
}

static void forget(struct epoll *epoll, const struct file *file)
{
    struct watch *watch, **link = &epoll->watches;

    while ((watch = *link)) {
        if (watch->file == file || !file) {
            *link = watch->next;
            memory_free(watch);
        } else {
            link = &watch->next;
        }
    }
}

void epoll_forget(const struct file *file)
{
    for (struct epoll *epoll = epolls; epoll; epoll = epoll->next) {
        forget(epoll, file);
    }
}

uint32_t watch_news(struct watch *watch, int take)
{
    struct file *file = watch->file;
    uint32_t events = file->ops->events ? file->ops->events(file) : ready_changes;
    uint32_t asked = watch->wanted & EPOLL_EVENTS ? watch->wanted | POLLERR | POLLHUP : 0;
    uint32_t ready = file->ops->ready(file) & asked;
    int is_old = (watch->wanted & EPOLL_ET) && events == watch->events && !(ready & ~watch->told);
    uint32_t news = is_old ? 0 : ready;

    if (take) {
        watch->told = ready;
        watch->events = events;
    }
    if (take && news && (watch->wanted & EPOLL_ONESHOT)) {
        watch->wanted = 0; /* until the program asks again */
    }
    return news;
}

static uint32_t epoll_ready(struct file *file)
{
    const struct epoll *epoll = file->object;

    for (struct watch *watch = epoll->watches; watch; watch = watch->next) {
        if (watch_news(watch, 0)) {
            return POLLIN;
        }
    }
    return 0;
}

static void epoll_release(struct file *file)
{
    struct epoll *epoll = file->object, **link = &epolls;

    while (*link != epoll) {
        link = &(*link)->next;
    }
    *link = epoll->next;
    forget(epoll, NULL);
    memory_free(epoll);
}

static const struct file_ops epoll_ops = {.ready = epoll_ready, .release = epoll_release};

struct epoll *epoll_of(const struct file *file)
{
    return file->ops == &epoll_ops ? file->object : NULL;
}

struct file *epoll_open(void)
{
    struct epoll *epoll = memory_alloc(sizeof *epoll);
    struct file *file = epoll ? file_create(&epoll_ops, O_RDWR, epoll) : NULL;

    if (!file) {
        memory_free(epoll);
        return NULL;
    }
    epoll->next = epolls;
    epolls = epoll;
    return file;
}
