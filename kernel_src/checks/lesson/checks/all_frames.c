/* checks/all_frames.c: all page frames there are, taken and given back.
 *
 * After this no frame is new: whoever gets one that is not full of zeros is found out.
 */

#include "kernel/checks.h"
#include "lib/ktap.h"
#include "lib/lib.h"
#include "mm/mm.h"

#define DIRT 0xa5a5a5a5u
#define WORDS (PAGE_SIZE / sizeof(uint32_t))
#define MANY_IN_USE 64 /* before any program runs */

extern char kernel_end[]; /* from the linker script */

/* What was found of all frames. They hang in a list, each with the address of the next. */
static struct {
    uint32_t first, count;
    uint32_t outside; /* of memory, or inside the kernel */
    uint32_t dirty;
} all;

/* Fill a frame. Returns whether it was full of zeros; four words at once, for there are many. */
static int make_dirty(uint32_t *words)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < WORDS; i += 4) {
        found |= words[i] | words[i + 1] | words[i + 2] | words[i + 3];
        words[i] = words[i + 1] = words[i + 2] = words[i + 3] = DIRT;
    }
    return found == 0;
}

/* Up to the last one: to ask for more would be a panic. */
static void take_all(void)
{
    uint32_t frame = 0;

    for (all.first = 0; frame + PAGE_SIZE != frames_end; all.count++) {
        frame = frame_alloc();
        all.outside += frame < virt_to_phys(kernel_end) || frame >= frames_end;
        all.dirty += !make_dirty(phys_to_virt(frame));
        *(uint32_t *)phys_to_virt(frame) = all.first;
        all.first = frame;
    }
}

static void give_all(void)
{
    while (all.first != 0) {
        uint32_t frame = all.first;
        all.first = *(uint32_t *)phys_to_virt(frame);
        frame_free(frame);
    }
}

/* With one frame free, somewhere in the middle, a page directory goes there, and nowhere else. */
static void check_directory(void)
{
    uint32_t next = all.first, changed = 0;
    uint32_t *words = phys_to_virt(next);
    uint32_t frame = words[0];

    words[0] = *(uint32_t *)phys_to_virt(frame);
    frame_free(frame);
    uint32_t *directory = address_space_create();
    ktap_equal("the frame that was given back last is the next", virt_to_phys(directory), frame);
    ktap_equal("frames are in order", frame + PAGE_SIZE, next);
    for (uint32_t i = 1; i < WORDS; i++) {
        changed += words[i] != DIRT;
    }
    ktap_true("a page directory does not reach into the next frame", changed == 0);
    address_space_destroy(directory);
    all.count--;
}

int check_all_frames(void)
{
    uint32_t before = frames_used;

    ktap_plan(8);
    take_all();
    ktap_equal("frames that were counted", frames_used - before, all.count);
    ktap_true("they are most of memory",
              all.count > (frames_end - virt_to_phys(kernel_end)) / PAGE_SIZE - MANY_IN_USE);
    ktap_equal("frames outside of memory, or in the kernel", all.outside, 0);
    ktap_equal("frames that are not full of zeros", all.dirty, 0);
    check_directory();
    give_all();
    ktap_equal("frames that did not come back", frames_used, before);
    return ktap_status();
}
