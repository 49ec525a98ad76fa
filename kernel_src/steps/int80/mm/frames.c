/* mm/frames.c: page frames, the pages of physical memory.
 *
 * Frames that were used and freed hang in a list, each holding the address of the next. The others
 * are taken in order, from the end of the kernel to the end of memory, or of what boot/start.asm
 * has mapped.
 */

#include "mm/mm.h"

#include "kernel/kernel.h"
#include "lib/lib.h"

extern char kernel_end[]; /* from the linker script */

uint32_t frames_used;
uint32_t frames_end;
static uint32_t next_frame; /* the lowest that was never used */
static uint32_t free_list;  /* physical address of the first, 0 if there is none */

void frames_init(uint32_t memory_kib)
{
    next_frame = virt_to_phys(kernel_end);
    frames_end = lower(KERNEL_LOAD_ADDR / 1024 + memory_kib, TABLE_SPAN / 1024) * 1024;
}

uint32_t frame_alloc(void)
{
    uint32_t frame = free_list;

    if (frame != 0) {
        free_list = *(uint32_t *)phys_to_virt(frame);
    } else {
        frame = next_frame;
        next_frame += PAGE_SIZE;
    }
    if (frame + PAGE_SIZE > frames_end) {
        panic(NULL, "no memory: it ends at %u KiB", frames_end / 1024);
    }
    frames_used++;
    memset(phys_to_virt(frame), 0, PAGE_SIZE);
    return frame;
}

void frame_free(uint32_t frame)
{
    *(uint32_t *)phys_to_virt(frame) = free_list;
    free_list = frame;
    frames_used--;
}
