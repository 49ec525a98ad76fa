/* segv.c: a program survives its own faults by jumping out of the handler. */
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "say.h"

static sigjmp_buf back;
static volatile int faults;

static void handler(int number)
{
    (void)number;
    faults++;
    siglongjmp(back, faults);
}

static void read_from(const volatile char *addr)
{
    if (sigsetjmp(back, 1) == 0)
        say("read %d\n", *addr);
}

static void jump_to(void (*addr)(void))
{
    if (sigsetjmp(back, 1) == 0)
        addr();
}

int main(void)
{
    struct sigaction action;
    sigset_t mask;
    volatile unsigned int null = 0;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    sigaction(SIGSEGV, &action, NULL);
    for (int i = 0; i < 3; i++)
        read_from((const char *)null);
    say("%d faults\n", faults);
    read_from((const char *)0xc0000000); /* the kernel's memory */
    read_from((const char *)0xfffffff0);
    say("%d faults\n", faults);
    jump_to((void (*)(void))null);
    say("%d faults\n", faults);
    sigprocmask(SIG_BLOCK, NULL, &mask);
    CHECK(!sigismember(&mask, SIGSEGV));
    read_from("A");
    action.sa_handler = SIG_DFL;
    sigaction(SIGSEGV, &action, NULL);
    say("and without a handler\n");
    return *(volatile char *)null;
}
