/* fs/ready.c: a file can be read or written now. */

#include "fs/file.h"

void ready_changed(struct wait_queue *queue)
{
    if (queue->first) {
        wake_all(queue);
    }
}
