/* fs/ready.c: a file can be read or written now. */

#include "fs/ready.h"

#include "fs/file.h"

/* Whoever polls is woken by every change of any file, and looks if it was one of his. */
struct wait_queue pollers;

uint32_t ready_changes;

void ready_changed(struct wait_queue *queue)
{
    if (queue->first) {
        wake_all(queue);
    }
    ready_changes++;
    epoll_changed(queue);
    if (pollers.first) {
        wake_all(&pollers);
    }
}
