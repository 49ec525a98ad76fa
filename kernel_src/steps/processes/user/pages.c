/* user/pages.c: memory that comes when it is touched, and is copied when it is written. */

#include "user/include/user.h"

#define MIB 1048576
#define PROMISES 256 /* of a quarter of a MiB each */

static int counter = 1;

static uint32_t page_of(uint32_t address)
{
    return address - address % PAGE_SIZE;
}

/* Two processes have a variable at one address. A write makes the page two pages. */
static void copy_on_write(void)
{
    int status;

    if (fork() == 0) {
        counter++;
        print("pages: in the child the variable at 0x%08x is %d now.\n", (uint32_t)&counter,
              counter);
        exit_with(0);
    }
    wait4(-1, &status, 0, NULL);
    print("pages: in the parent the variable at 0x%08x is still %d.\n", (uint32_t)&counter,
          counter);
}

/* More than the machine has can be promised, as long as no more is touched. */
static void demand_zero(void)
{
    const uint8_t *last = NULL;

    for (int i = 0; i < PROMISES; i++) {
        long start = mmap2(0, MIB / 4, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        last = (const uint8_t *)start;
    }
    print("pages: %d MiB were promised; at 0x%08x is a %d.\n", PROMISES / 4, (uint32_t)last, *last);
}

static void heap(void)
{
    uint32_t start = (uint32_t)brk(0);

    brk(start + 5);
    *(uint32_t *)start = 1; /* the rest of the page comes along */
    print("pages: the heap began at 0x%08x and ends at 0x%08x.\n", start, (uint32_t)brk(0));
}

/* Each call needs a new page of the stack. */
static uint32_t deeper(uint32_t levels)
{
    volatile uint8_t page[PAGE_SIZE];
    uint32_t here = (uint32_t)page;

    page[0] = (uint8_t)levels;
    return levels == 0 ? here : deeper(levels - 1) + (page[0] & 0);
}

static void stack(void)
{
    print("pages: the stack grew down to 0x%08x.\n", page_of(deeper(64)));
}

/* A write where only reading is allowed. */
static void protection(void)
{
    int status;

    if (fork() == 0) {
        mprotect(page_of((uint32_t)&counter), PAGE_SIZE, PROT_READ);
        counter = 0;
        exit_with(0);
    }
    wait4(-1, &status, 0, NULL);
    print("pages: who wrote to a page made read-only was killed by signal %d.\n", status & 0x7f);
}

int main(void)
{
    copy_on_write();
    demand_zero();
    heap();
    stack();
    protection();
    return 0;
}
