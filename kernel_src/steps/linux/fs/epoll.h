/* fs/epoll.h: files that are watched together: epoll(7). */
#pragma once

#include <stdint.h>

#include "lib/list.h"
#include "proc/sleep.h"

struct epoll;
struct file;

/* One file, as a program names it, and what it wants to be told. */
struct watch {
    struct node of_epoll, of_file, of_queue;
    struct node candidate; /* it may have something to tell */
    struct epoll *epoll;
    struct file *file; /* not counted as a user: its end ends the watch */
    int fd;
    uint32_t wanted;  /* POLLIN and so on, EPOLL_ET, EPOLL_ONESHOT */
    uint32_t data[2]; /* the program's own */
    uint32_t told;    /* what it was found to be ready for when it was last looked at */
    uint32_t events;  /* and the file's count of events then */
};

struct epoll {
    const struct file *file; /* which it is */
    struct node *watches;
    struct list candidates;    /* the one that came first, first */
    struct wait_queue changed; /* there is one more */
};

/* A new one, or NULL. */
struct file *epoll_open(void);

/* What an open file is, or NULL. */
struct epoll *epoll_of(const struct file *file);

/* The watch of a file, or NULL. */
struct watch *watch_find(const struct epoll *epoll, const struct file *file, int fd);

/* A new one. Returns 0, -ENOMEM, or -ELOOP if the file is an epoll that watches this one, or a
 * chain of too many. */
int watch_add(struct epoll *epoll, struct file *file, int fd, struct watch **added);
void watch_remove(struct watch *watch);

/* It has to be looked at, behind all others; no more. */
void watch_put(struct watch *watch);
void watch_take(struct watch *watch);

/* What a watch has to tell; 0: nothing. `take`: it has been told now. */
uint32_t watch_news(struct watch *watch, int take);

/* May it have more to tell, although no event has come? */
int watch_stays(const struct watch *watch, uint32_t news);
