/* cpu/io_bitmap_fork.c: a child has its parent's ports (ioperm(2)). */

#include "cpu/io_bitmap.h"

#include "lib/lib.h"
#include "mm/mm.h"
#include "proc/process.h"

int io_bitmap_fork(struct process *child, const struct process *parent)
{
    for (uint32_t half = 0; half < 2 && parent->io_bitmap[half]; half++) {
        uint32_t frame = frame_alloc();
        if (frame == 0) {
            return -ENOMEM;
        }
        child->io_bitmap[half] = memcpy(phys_to_virt(frame), parent->io_bitmap[half], PAGE_SIZE);
    }
    return 0;
}
