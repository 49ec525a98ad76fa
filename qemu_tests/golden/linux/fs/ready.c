/* fs/ready.c: a file can be read or written now. */

#include "fs/ready.h"

#include "fs/file.h"

/* Whoever polls is woken by every change of any file, and looks if it was one of his. */
struct wait_queue pollers;

void ready_changed(struct wait_queue *queue)
{
    wake_all(queue);
    wake_all(&pollers);
}
