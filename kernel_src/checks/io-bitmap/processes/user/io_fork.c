/* user/io_fork.c: a child has its parent's I/O ports; what it asks for itself is its own. */

#include "user/include/children.h"

#define POST_PORT 0x80   /* diagnostics: reading it does nothing */
#define HIGH_PORT 0x9082 /* nobody's: in the other half of the bitmap */

static void in8(uint16_t port)
{
    __asm__ volatile("inb %0, %%al" : : "d"(port) : "eax");
}

static void use_inherited(void)
{
    in8(POST_PORT);
}

static void use_inherited_high(void)
{
    in8(HIGH_PORT);
}

/* The same bit, in the other half. */
static void use_low(void)
{
    in8(HIGH_PORT - 0x8000);
}

static void use_own(void)
{
    ioperm(POST_PORT + 1, 1, 1);
    in8(POST_PORT + 1);
}

static void use_siblings(void)
{
    in8(POST_PORT + 1);
}

static void give_up(void)
{
    ioperm(POST_PORT, 1, 0);
    in8(POST_PORT);
}

static uint32_t end_of(void (*what)(void))
{
    long child = fork();

    if (child == 0) {
        what();
        exit_with(0);
    }
    return (uint32_t)status_of(child);
}

int main(void)
{
    ktap_plan(7);
    ioperm(POST_PORT, 1, 1);
    ioperm(HIGH_PORT, 1, 1);
    ktap_equal("its parent's high port, too", end_of(use_inherited_high), EXITED(0));
    ktap_equal("not the one that is as far into the first half", end_of(use_low),
               KILLED_BY(SIGSEGV));
    ktap_equal("a child may use its parent's port", end_of(use_inherited), EXITED(0));
    ktap_equal("it may ask for another", end_of(use_own), EXITED(0));
    ktap_equal("which its parent's next child has not", end_of(use_siblings), KILLED_BY(SIGSEGV));
    ktap_equal("what a child gives up is gone", end_of(give_up), KILLED_BY(SIGSEGV));
    in8(POST_PORT);
    ktap_true("and its parent still has it", 1);
    return ktap_status();
}
