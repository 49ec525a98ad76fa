/* fs/epoll.c: files that are watched together: epoll(7).
 *
 * An event makes the watches of its queue candidates, and only those are looked at: it does not
 * matter how many files are watched. For a watch that wants each event only once, each file counts
 * those that may make it ready.
 */

#include "fs/epoll.h"

#include "fs/file.h"
#include "fs/ready.h"
#include "mm/space.h"

#define QUEUE_BITS 10
#define CHAIN_MAX 5 /* epolls, each of which watches the next, as Linux */

static struct node *queues[1 << QUEUE_BITS]; /* watches by the queue of their file */

static struct node **list_of_queue(const struct wait_queue *queue)
{
    return hash_list(queues, QUEUE_BITS, hash_add((uint32_t)queue >> 5, 0) * 2654435769u);
}

static struct wait_queue *queue_of(const struct file *file)
{
    return file->ops->queue ? file->ops->queue(file) : NULL;
}

struct watch *watch_find(const struct epoll *epoll, const struct file *file, int fd)
{
    for (struct node *node = file->watches; node; node = node->next) {
        struct watch *watch = node_owner(node, struct watch, of_file);
        if (watch->epoll == epoll && watch->fd == fd) {
            return watch;
        }
    }
    return NULL;
}

void watch_put(struct watch *watch)
{
    if (!watch->candidate.link) {
        list_append(&watch->epoll->candidates, &watch->candidate);
    }
}

void watch_take(struct watch *watch)
{
    if (watch->candidate.link) {
        list_remove(&watch->epoll->candidates, &watch->candidate);
    }
}

/* Does that epoll lead to `wanted`, or too far? */
static int is_too_deep(const struct epoll *epoll, const struct epoll *wanted, int depth)
{
    int result = epoll == wanted || depth == CHAIN_MAX;

    for (struct node *node = epoll->watches; node && !result; node = node->next) {
        const struct epoll *next = epoll_of(node_owner(node, struct watch, of_epoll)->file);
        result = next && is_too_deep(next, wanted, depth + 1);
    }
    return result;
}

int watch_add(struct epoll *epoll, struct file *file, int fd, struct watch **added)
{
    const struct epoll *inner = epoll_of(file);

    if (inner && is_too_deep(inner, epoll, 1)) {
        return -ELOOP;
    }
    struct watch *watch = memory_alloc(sizeof *watch);
    if (!watch) {
        return -ENOMEM;
    }
    watch->epoll = epoll;
    watch->file = file;
    watch->fd = fd;
    node_insert(&epoll->watches, &watch->of_epoll);
    node_insert(&file->watches, &watch->of_file);
    node_insert(list_of_queue(queue_of(file)), &watch->of_queue);
    *added = watch;
    return 0;
}

void watch_remove(struct watch *watch)
{
    watch_take(watch);
    node_remove(&watch->of_epoll);
    node_remove(&watch->of_file);
    node_remove(&watch->of_queue);
    memory_free(watch);
}

void epoll_forget(struct file *file)
{
    while (file->watches) {
        watch_remove(node_owner(file->watches, struct watch, of_file));
    }
}

void epoll_changed(const struct wait_queue *queue)
{
    for (struct node *node = *list_of_queue(queue); node; node = node->next) {
        struct watch *watch = node_owner(node, struct watch, of_queue);
        if (queue_of(watch->file) == queue) {
            watch_put(watch);
            if (watch->epoll->file->watches) { /* it is watched itself */
                epoll_changed(&watch->epoll->changed);
            }
        }
    }
}

uint32_t watch_news(struct watch *watch, int take)
{
    struct file *file = watch->file;
    uint32_t events = file->ops->events ? file->ops->events(file) : ready_changes;
    uint32_t ready = file->ops->ready(file) & watch->wanted;
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

int watch_stays(const struct watch *watch, uint32_t news)
{
    return (news && (watch->wanted & EPOLL_ET) == 0) || !queue_of(watch->file);
}

static uint32_t epoll_ready(struct file *file)
{
    const struct epoll *epoll = file->object;

    for (struct node *node = epoll->candidates.first; node; node = node->next) {
        if (watch_news(node_owner(node, struct watch, candidate), 0)) {
            return POLLIN;
        }
    }
    return 0;
}

static struct wait_queue *epoll_queue(const struct file *file)
{
    return &((struct epoll *)file->object)->changed;
}

static void epoll_release(struct file *file)
{
    struct epoll *epoll = file->object;

    while (epoll->watches) {
        watch_remove(node_owner(epoll->watches, struct watch, of_epoll));
    }
    memory_free(epoll);
}

static const struct file_ops epoll_ops = {
    .ready = epoll_ready, .release = epoll_release, .queue = epoll_queue};

struct epoll *epoll_of(const struct file *file)
{
    return file->ops == &epoll_ops ? file->object : NULL;
}

struct file *epoll_open(void)
{
    struct file *file = file_with_object(&epoll_ops, O_RDWR, sizeof(struct epoll));

    if (file) {
        struct epoll *epoll = file->object;
        epoll->file = file;
    }
    return file;
}
