/* fs/file.h: open files, and the numbers by which a process knows them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "include/constants.h"
#include "lib/list.h"
#include "proc/process.h"
#include "proc/sleep.h"

struct file;
struct inode;

/* What a kind of file can do; NULL for what it cannot. Each returns its result, or -errno; the
 * buffers are the program's. */
struct file_ops {
    long (*read)(struct file *file, void *buffer, size_t size);
    long (*write)(struct file *file, const void *buffer, size_t size);
    uint32_t (*ready)(struct file *file); /* what could be done without waiting: POLLIN, ... */
    void (*release)(struct file *file);   /* when nobody uses it any more */
    long (*control)(struct file *file, uint32_t request, void *argument); /* ioctl() */
    /* Changes with each event after which `ready` may say something anew; NULL: nobody counts. */
    uint32_t (*events)(const struct file *file);
    /* Whose ready_changed() tells of those events; NULL: it has to be looked at again and again. */
    struct wait_queue *(*queue)(const struct file *file);
    uint32_t mode; /* as stat() tells it of one that has no inode; 0: one of no kind */
};

/* An open file: several processes, and several numbers of one, may share it. */
struct file {
    const struct file_ops *ops;
    uint32_t users;
    uint32_t flags;       /* O_RDONLY and so on, as given to open() */
    uint64_t position;    /* where the next read() or write() begins */
    struct inode *inode;  /* NULL for a pipe */
    void *object;         /* what it is about, for `ops` */
    struct node *watches; /* by epolls */
};

#define FILES_IN_PIECE 64u

/* An open file by a number; as long as there is none, `close_on_exec` means nothing. */
struct slot {
    struct file *file;
    uint32_t close_on_exec;
};

/* The open files of a process, by number. */
struct files {
    uint32_t users;      /* processes: threads share one table */
    uint32_t limit;      /* one more than the highest number in use */
    uint32_t first_free; /* no number below is free */
    struct slot *pieces[OPEN_MAX / FILES_IN_PIECE];
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

/* The same with an object of that size, all zeros, which object_release() frees. */
struct file *file_with_object(const struct file_ops *ops, uint32_t flags, size_t size);
void object_release(struct file *file);

/* One user more; one less: the last one closes it. */
static inline struct file *file_get(struct file *file)
{
    file->users++;
    return file;
}

void file_release(struct file *file);

/* No epoll watches it any more. */
void epoll_forget(struct file *file);

static inline void file_put(struct file *file)
{
    if (--file->users == 0) {
        if (file->watches) {
            epoll_forget(file);
        }
        file_release(file);
    }
}

/* Sleep in `queue`, once, until it is woken. Returns 0, -EAGAIN if the file is not to be waited
 * for, or -ERESTARTSYS if a signal came. */
int file_wait(struct file *file, struct wait_queue *queue);

/* Those who wait for a file, or poll any, may have something to do. */
void ready_changed(struct wait_queue *queue);

/* Where a file is noted; NULL if no number near it was ever in use. */
static inline struct slot *slot_of_fd(const struct files *files, uint32_t fd)
{
    struct slot *piece = fd < OPEN_MAX ? files->pieces[fd / FILES_IN_PIECE] : NULL;

    return piece ? &piece[fd % FILES_IN_PIECE] : NULL;
}

/* The running process's file of that number, or NULL. O_PATH opens a place, which is no file. */
static inline struct file *file_or_place_of(int fd)
{
    const struct slot *slot = slot_of_fd(current_process()->files, (uint32_t)fd);

    return slot ? slot->file : NULL;
}

static inline struct file *file_of(int fd)
{
    struct file *file = file_or_place_of(fd);

    return file && (file->flags & O_PATH) ? NULL : file;
}

/* The same, if it may be used like that. */
struct file *file_to_read(int fd);
struct file *file_to_write(int fd);

/* So many files may the running process have, by setrlimit(); and so long may they become:
 * SIGXFSZ tells it that `size` is more. */
uint32_t files_max(void);
uint64_t file_limit_for(uint64_t size);

/* Give `file` to the running process as the lowest free number from `lowest` on. Returns that or
 * -errno; then the caller still has the file. */
int file_install(struct file *file, int lowest);

void set_close_on_exec(int fd, int on);

/* A new file, or NULL if there was no memory for it, as the lowest free number; O_CLOEXEC in
 * `flags` counts. Returns that or -errno; then the file is gone. */
long file_install_new(struct file *file, uint32_t flags);

/* Two new files, and tell the program their numbers. Returns 0 or -errno; then they are gone. */
long files_install_both(struct file *ends[2], int *fds, uint32_t flags);

/* As that number exactly; what was there is closed. Returns 0 or -ENOMEM; then nothing has
 * changed. */
int file_install_at(struct file *file, int fd);

/* Returns 0 or -EBADF. */
int file_close(int fd);

/* ---- fs/open.c ---- */

/* Open what an inode stands for. Returns 0 and the file, or -errno. */
long file_open(struct inode *inode, uint32_t flags, struct file **opened);

/* What all kinds but pipes do with `release`: give up the inode, which a console may lack. */
void inode_release(struct file *file);

/* The same for a pipe that has a name; waits for who opens the other end. */
long fifo_open(struct inode *inode, uint32_t flags, struct file **opened);

/* ---- fs/console.c ---- */

struct file *console_open(void);

/* ---- fs/devices.c ---- */

const struct file_ops *device_ops(uint32_t rdev);

/* ---- fs/pipe_ends.c ---- */

/* Both ends, first the one to read from. Returns 0 or -ENOMEM. */
int pipe_create(struct file *ends[2], uint32_t flags);
