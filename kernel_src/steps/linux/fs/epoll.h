/* fs/epoll.h: files that are watched together: epoll(7). */
#pragma once

#include <stdint.h>

struct file;

/* One file, as a program names it, and what it wants to be told. */
struct watch {
    struct watch *next;
    struct file *file; /* not counted as a user: its end ends the watch */
    int fd;
    uint32_t wanted;  /* POLLIN and so on, EPOLL_ET, EPOLL_ONESHOT */
    uint32_t data[2]; /* the program's own */
    uint32_t told;    /* what it was found to be ready for when it was last looked at */
    uint32_t events;  /* and the file's count of events then */
};

struct epoll {
    struct epoll *next;
    struct watch *watches; /* the longest untold first */
};

/* A new one, or NULL. */
struct file *epoll_open(void);

/* What an open file is, or NULL. */
struct epoll *epoll_of(const struct file *file);

/* Where the watch of a file is linked; where a new one goes if there is none. */
struct watch **epoll_find(struct epoll *epoll, const struct file *file, int fd);

/* What a watch has to tell; 0: nothing. `take`: it has been told now. */
uint32_t watch_news(struct watch *watch, int take);
