/* fs/file.h: open files, and the numbers by which a process knows them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "include/constants.h"

struct file;

/* What a kind of file can do. Each returns its result, or -errno; the buffers are the program's. */
struct file_ops {
    long (*read)(struct file *file, void *buffer, size_t size);
    long (*write)(struct file *file, const void *buffer, size_t size);
    void (*release)(struct file *file); /* when nobody uses it any more; may be NULL */
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

/* The console, three times. NULL if there is no memory. */
struct files *files_create(void);
struct files *files_copy(const struct files *files);
void files_put(struct files *files);
void files_close_on_exec(struct files *files);

/* A file with one user, or NULL. */
struct file *file_create(const struct file_ops *ops, uint32_t flags, void *object);
struct file *file_get(struct file *file);
void file_put(struct file *file);

/* The running process's file of that number, or NULL. */
struct file *file_of(int fd);

/* Give `file` to the running process as the lowest free number from `lowest` on. Returns that or
 * -EMFILE; then the caller still has the file. */
int file_install(struct file *file, int lowest);

/* As that number exactly, which must be possible; what was there is closed. */
void file_install_at(struct file *file, int fd);

/* Returns 0 or -EBADF. */
int file_close(int fd);

/* ---- fs/console.c ---- */

struct file *console_open(void);

/* ---- fs/pipe.c ---- */

/* Both ends, first the one to read from. Returns 0 or -ENOMEM. */
int pipe_create(struct file *ends[2], uint32_t flags);
