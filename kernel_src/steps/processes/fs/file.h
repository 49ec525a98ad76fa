/* fs/file.h: open files, and the numbers by which a process knows them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "include/constants.h"
#include "proc/sleep.h"

struct file;

/* What a kind of file can do; NULL for what it cannot. Each returns its result, or -errno; the
 * buffers are the program's. */
struct file_ops {
    long (*read)(struct file *file, void *buffer, size_t size);
    long (*write)(struct file *file, const void *buffer, size_t size);
    uint32_t (*ready)(struct file *file); /* what could be done without waiting: POLLIN, ... */
    void (*release)(struct file *file);   /* when nobody uses it any more */
};

/* An open file: several processes, and several numbers of one, may share it. */
struct file {
    const struct file_ops *ops;
    uint32_t users;
    uint32_t flags; /* O_RDONLY and so on, as given to open() */
    void *object;   /* what it is about, for `ops` */
};

/* The open files of a process, by number. */
struct files {
    uint32_t users; /* processes: threads share one table */
    uint32_t limit; /* one more than the highest number in use */
    struct file *file[OPEN_MAX];
    uint8_t close_on_exec[OPEN_MAX];
};

struct process;

/* The console, three times. Returns 0 or -ENOMEM. */
int files_first(struct process *process);

/* NULL if there is no memory. */
struct files *files_copy(const struct files *files);
void files_leave(struct process *process);
void files_close_on_exec(struct files *files);

/* A table of its own for a process that shares one. Returns 0 or -ENOMEM. */
int files_unshare(struct process *process);

/* A file with one user, or NULL. */
struct file *file_create(const struct file_ops *ops, uint32_t flags, void *object);

/* One user more; one less: the last one closes it. */
static inline struct file *file_get(struct file *file)
{
    file->users++;
    return file;
}

void file_release(struct file *file);

static inline void file_put(struct file *file)
{
    if (--file->users == 0) {
        file_release(file);
    }
}

/* Sleep in `queue`, once, until it is woken. Returns 0, -EAGAIN if the file is not to be waited
 * for, or -ERESTARTSYS if a signal came. */
int file_wait(struct file *file, struct wait_queue *queue);

/* Those who wait for a file may have something to do. */
void ready_changed(struct wait_queue *queue);

/* The running process's file of that number, or NULL. */
struct file *file_of(int fd);

static inline uint32_t files_max(void)
{
    return OPEN_MAX;
}

/* Give `file` to the running process as the lowest free number from `lowest` on. Returns that or
 * -EMFILE; then the caller still has the file. */
int file_install(struct file *file, int lowest);

/* As that number exactly, which must be possible; what was there is closed. */
void file_install_at(struct file *file, int fd);

/* Returns 0 or -EBADF. */
int file_close(int fd);

/* ---- fs/console.c ---- */

struct file *console_open(void);

/* ---- fs/pipe_ends.c ---- */

/* Both ends, first the one to read from. Returns 0 or -ENOMEM. */
int pipe_create(struct file *ends[2], uint32_t flags);
