/* checks/bombs.c: programs that take all there is: runs the program `bombs`, and lets it count.
 *
 * What the kernel takes once and keeps is taken before: as many kernel stacks as there may be, and
 * the pages in which users of frames are counted.
 */

#include "kernel/checks.h"
#include "kernel/suite.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"

static void take_stacks(void)
{
    struct process *taken = NULL;
    struct process *process;

    for (uint32_t i = 0; i <= PROCESS_LIMIT && (process = kernel_stack_alloc()); i++) {
        process->next = taken;
        taken = process;
    }
    while (taken) {
        process = taken;
        taken = process->next;
        kernel_stack_free(process);
    }
}

static void take_counts(void)
{
    for (uint32_t frame = 0; frame < frames_end; frame += PAGE_SIZE) {
        if (frame_share(frame) == 0) {
            frame_put(frame);
        }
    }
}

int check_bombs(void)
{
    take_stacks();
    take_counts();
    return !program_run("bombs", 1, -1);
}
