/* fs/pipe.h: bytes between two processes, in up to 16 pages that come and go. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "proc/sleep.h"

#define PIPE_PAGES 16u /* as Linux */

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

/* One end is gone: the other has to know. The last one frees the pipe. */
void pipe_release(struct file *file);
