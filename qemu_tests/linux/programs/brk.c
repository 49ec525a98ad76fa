/* brk.c: the program break grows and shrinks; what is new is zero. */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"

#define PAGE 4096

static int child_reads(const volatile char *addr)
{
    int status = 0;
    int child = fork();
    if (child == 0)
        _exit(*addr);
    waitpid(child, &status, 0);
    return status & 0xff7f;
}

/* A child has a break of its own, at first where its parent's is. */
static int child_grows(const char *end)
{
    int status = 0;
    int child = fork();
    if (child == 0)
        _exit(sbrk(PAGE) == end && sbrk(0) == end + PAGE ? 7 : 8);
    waitpid(child, &status, 0);
    return status & 0xff7f;
}

int main(void)
{
    char *start = sbrk(0);
    char *aligned = (char *)(((unsigned int)start + PAGE - 1) & -PAGE);
    TRY(brk(aligned));
    CHECK(sbrk(0) == aligned);
    CHECK(sbrk(3 * PAGE) == aligned && sbrk(0) == aligned + 3 * PAGE);
    CHECK(aligned[0] == 0 && aligned[3 * PAGE - 1] == 0);
    memset(aligned, 5, 3 * PAGE);
    say("in the last page: status %#x\n", child_reads(aligned + 3 * PAGE - 1));
    say("behind it: status %#x\n", child_reads(aligned + 3 * PAGE));
    say("in a child: status %#x\n", child_grows(aligned + 3 * PAGE));
    CHECK(sbrk(-2 * PAGE) == aligned + 3 * PAGE && sbrk(0) == aligned + PAGE);
    say("given back: status %#x\n", child_reads(aligned + PAGE));
    CHECK(sbrk(2 * PAGE) == aligned + PAGE && aligned[PAGE] == 0 && aligned[0] == 5);
    TRY(brk((void *)0xf0000000));
    CHECK(sbrk(0) == aligned + 3 * PAGE);
    return 0;
}
