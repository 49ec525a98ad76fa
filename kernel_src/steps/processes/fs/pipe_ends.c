/* fs/pipe_ends.c: both ends of a pipe, as files. */

#include "fs/pipe.h"

#include "fs/file.h"
#include "mm/space.h"

static const struct file_ops read_end = {
    .read = pipe_read, .ready = pipe_read_ready, .release = pipe_release};
static const struct file_ops write_end = {
    .write = pipe_write, .ready = pipe_write_ready, .release = pipe_release};

int pipe_create(struct file *ends[2], uint32_t flags)
{
    struct pipe *pipe = memory_alloc(sizeof *pipe);
    struct file *reader = file_create(&read_end, O_RDONLY | flags, pipe);
    struct file *writer = file_create(&write_end, O_WRONLY | flags, pipe);

    if (!pipe || !reader || !writer) {
        memory_free(pipe);
        memory_free(reader);
        memory_free(writer);
        return -ENOMEM;
    }
    pipe->readers = 1;
    pipe->writers = 1;
    ends[0] = reader;
    ends[1] = writer;
    return 0;
}
