/* user/stacks.c: a stack grows when it is touched, up to its limit, not into what lies below. */

#include "user/include/children.h"

#define GAP (256 * PAGE_SIZE) /* Linux's stack_guard_gap */
#define STACK_BYTES (2u << 20)
#define RW (PROT_READ | PROT_WRITE)
#define FIXED (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)

/* Each call has a page of its own. Returns how deep it got. */
static uint32_t deeper(uint32_t levels)
{
    volatile uint8_t page[PAGE_SIZE];

    page[0] = 1;
    return levels == 0 ? 0 : page[0] + deeper(levels - 1);
}

/* What lies below a stack stops it a gap before: else a large array could leap over its end. */
static int gap_is_kept(void)
{
    uint32_t below = USER_TOP - STACK_BYTES;

    mmap2(below - PAGE_SIZE, PAGE_SIZE, RW, FIXED, -1, 0);
    return can_write(below + GAP) && !can_write(below + GAP - 1) && can_write(below - 1);
}

/* A stack never shrinks again: so each in a child. */
static void check_in_child(const char *text, int (*is_good)(void))
{
    long child = fork();

    if (child == 0) {
        exit_with(is_good() ? 0 : 1);
    }
    ktap_equal(text, (uint32_t)status_of(child), EXITED(0));
}

static int lowest_byte(void)
{
    return can_write(USER_STACK_LOWEST);
}

static int one_too_low(void)
{
    return !can_write(USER_STACK_LOWEST - 1) && !can_read(USER_STACK_LOWEST - 1);
}

/* Whatever is asked for its pages, it is still a stack. */
static int grows_when_protected(void)
{
    uint32_t lowest = USER_TOP - 200 * PAGE_SIZE;

    return can_write(lowest) && mprotect(lowest, PAGE_SIZE, RW) == 0 && can_write(lowest - 1);
}

int main(void)
{
    ktap_plan(5);
    ktap_equal("a hundred pages of calls", deeper(100), 100);
    check_in_child("the lowest byte of all", lowest_byte);
    check_in_child("and none below", one_too_low);
    check_in_child("it grows below a page that was protected", grows_when_protected);
    check_in_child("a gap above what lies below", gap_is_kept);
    return ktap_status();
}
