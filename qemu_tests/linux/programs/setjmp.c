/* setjmp.c: jumps out of functions, with a value, and again. */
#include <setjmp.h>
#include "say.h"

static jmp_buf outer, inner;

static volatile int jumps = 1; /* so that the compiler sees an end of the recursion */

static void dive(int depth, int value)
{
    if (depth > 0)
        dive(depth - 1, value);
    else if (jumps)
        longjmp(inner, value);
}

static void jump_twice(void)
{
    volatile int count = 0;
    int value = setjmp(inner);
    say("inner setjmp gave %d, count %d\n", value, count);
    count++;
    if (value == 0)
        dive(20, 5);
    if (value == 5)
        dive(3, 6);
    longjmp(outer, 9);
}

int main(void)
{
    int value = setjmp(outer);
    say("outer setjmp gave %d\n", value);
    if (value == 0)
        jump_twice();
    return value;
}
