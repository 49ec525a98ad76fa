/* checks/all_frames.c: all page frames there are, and programs started when few are left.
 *
 * After this no frame is new: whoever gets one that is not full of zeros is found out.
 */

#include "checks/run.h"
#include "kernel/checks.h"
#include "kernel/suite.h"
#include "lib/ktap.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "proc/process.h"

#define DIRT 0xa5a5a5a5u
#define WORDS (PAGE_SIZE / sizeof(uint32_t))
#define MANY_FRAMES 8192 /* 32 MiB: with more, filling them all takes too long */
#define ENOUGH 32        /* for a program */
#define REFUSED (-1002)  /* exited with status 2: see user/faults_io_bitmap.asm */

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

static void take_all(void)
{
    uint32_t frame;

    while ((frame = frame_alloc()) != 0) {
        all.outside += frame < virt_to_phys(kernel_end) || frame >= frames_end;
        all.dirty += !make_dirty(phys_to_virt(frame));
        *(uint32_t *)phys_to_virt(frame) = all.first;
        all.first = frame;
        all.count++;
    }
}

static void give_one(void)
{
    uint32_t frame = all.first;

    all.first = *(uint32_t *)phys_to_virt(frame);
    frame_free(frame);
}

/* A program with one frame more each time, until there are enough of them. */
static void check_few(const char *name, int32_t wanted_end)
{
    uint32_t not_started = 0, refused = 0, ended = 0, lost = 0;

    take_all();
    for (uint32_t left = 0; left < ENOUGH; left++) {
        uint32_t before = frames_used;
        struct process *process = NULL;
        int error = process_create(program_find(name), &process);
        int32_t end = process ? check_end(process) : 0;
        not_started += error == -ENOMEM;
        refused += process && end == REFUSED;
        ended += process && end == wanted_end;
        lost += frames_used - before;
        give_one();
    }
    ktap_true("first it is not started, at last it is", not_started > 5 && ended > 5);
    ktap_equal("each time it is so, or ends in one of two ways", not_started + refused + ended,
               ENOUGH);
    ktap_equal("it asks for more than there is", refused, wanted_end == -1 ? 0 : 2);
    ktap_equal("frames that did not come back", lost, 0);
}

#define FEW_RESULTS 4

/* With no frame for a new kernel stack, and none of those that were used. */
static void check_no_stack(void)
{
    struct process *stacks = NULL, *stack, *process = NULL;

    while ((stack = kernel_stack_alloc()) != NULL) {
        stack->next = stacks;
        stacks = stack;
    }
    ktap_equal("no process without a kernel stack",
               (uint32_t)process_create(program_find("one-call"), &process), (uint32_t)-ENOMEM);
    while ((stack = stacks) != NULL) {
        stacks = stack->next;
        kernel_stack_free(stack);
    }
}

int check_all_frames(void)
{
    struct process *process = check_start("one-call"); /* its kernel stack stays, for the others */
    int has_ports = program_find("port-last-word") != NULL;

    if (!process || check_end(process) != -1) {
        return 1;
    }
    if (frames_total > MANY_FRAMES) {
        ktap_plan(1);
        ktap_skip("all frames", "there are too many to try");
        return ktap_status();
    }
    uint32_t before = frames_used;
    volatile uint32_t *address_0 = phys_to_virt(0);
    uint32_t was = *address_0;
    *address_0 = DIRT;
    ktap_plan(6 + FEW_RESULTS * (1 + (uint32_t)has_ports));
    take_all();
    ktap_equal("frames that were not in use", all.count, frames_total - before);
    ktap_equal("frames outside of memory, or in the kernel", all.outside, 0);
    ktap_equal("frames that are not full of zeros", all.dirty, 0);
    ktap_equal("no frame is not that at address 0", *address_0, DIRT);
    *address_0 = was;
    check_no_stack();
    check_few("one-call", -1);
    if (has_ports) {
        check_few("port-last-word", VECTOR_GP);
    }
    while (all.first != 0) {
        give_one();
    }
    ktap_equal("frames that are in use now", frames_used, before);
    return ktap_status();
}
