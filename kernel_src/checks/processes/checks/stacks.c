/* checks/stacks.c: how much of their kernel stacks all the processes before have used.
 *
 * A stack is full of zeros when it is new, and stays for the next process: the zeros at its lower
 * end were never used by any.
 */

#include "kernel/checks.h"
#include "lib/ktap.h"
#include "lib/lib.h"
#include "mm/mm.h"

#define SPARE_BYTES (KERNEL_STACK_SIZE / 4)

static uint32_t never_used(const uint32_t *stack)
{
    uint32_t words = 0;

    while (words < KERNEL_STACK_SIZE / sizeof *stack && stack[words] == 0) {
        words++;
    }
    return words * sizeof *stack;
}

int check_stacks(void)
{
    uint32_t count = 0, least = KERNEL_STACK_SIZE;

    for (uint32_t i = 0; i < KERNEL_STACK_SLOTS; i++) {
        uint32_t base = KERNEL_STACKS_BASE + i * (PAGE_SIZE + KERNEL_STACK_SIZE) + PAGE_SIZE;
        const uint32_t *entry = page_entry(kernel_page_directory, base);
        if (entry && (*entry & PAGE_PRESENT)) {
            uint32_t bytes = never_used((const uint32_t *)base);
            least = bytes < least ? bytes : least;
            count++;
        }
    }
    print("    # %u kernel stacks of %u bytes; in none were more than %u used\n", count,
          KERNEL_STACK_SIZE, KERNEL_STACK_SIZE - least);
    ktap_plan(2);
    ktap_true("there are kernel stacks", count > 0);
    ktap_true("a quarter of each was never used", least >= SPARE_BYTES);
    return ktap_status();
}
