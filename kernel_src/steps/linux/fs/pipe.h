/* fs/pipe.h: bytes between two processes, in up to 16 pages that come and go. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "include/constants.h"
#include "proc/sleep.h"

#define PIPE_PAGES 16u                      /* as Linux */
#define PIPE_BYTES (PIPE_PAGES * PAGE_SIZE) /* a power of two: head and tail run on */

struct file;

struct pipe {
    uint8_t *page[PIPE_PAGES]; /* those in use */
    uint32_t head, tail;       /* bytes ever written and read; cut down when used */
    uint32_t readers, writers;
    struct wait_queue changed;
};

/* ---- fs/pipe.c: what both ends can do: see struct file_ops ---- */

/* What there is, at least a byte; 0 when nobody can write any more. */
long pipe_read(struct file *file, void *buffer, size_t size);
long pipe_write(struct file *file, const void *buffer, size_t size);
uint32_t pipe_read_ready(struct file *file);
uint32_t pipe_write_ready(struct file *file);
long pipe_control(struct file *file, uint32_t request, void *argument);
struct wait_queue *pipe_queue(const struct file *file);

/* The length of a message: put there, for which there must be room, or if NULL looked at. Returns
 * it, or -ENOMEM. */
long pipe_length(struct pipe *pipe, const uint32_t *length);

/* So many bytes, which are there, are read by nobody. */
void pipe_skip(struct file *file, uint32_t size);

/* One end is gone: the other has to know. The last one frees the pipe. */
void pipe_release(struct file *file);
