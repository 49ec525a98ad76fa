/* altstack.c: a handler on a stack of its own, which works even when the other is used up. */
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"

#define STACK_BYTES 32768

static char stack[STACK_BYTES];
static sigjmp_buf back;

static int on_stack(const void *addr)
{
    return (const char *)addr >= stack && (const char *)addr < stack + STACK_BYTES;
}

static void handler(int number)
{
    int local = number;
    stack_t now;
    sigaltstack(NULL, &now);
    say("signal %d, on the other stack: %d, flags %d\n", number, on_stack(&local), now.ss_flags);
    if (number == SIGSEGV)
        siglongjmp(back, 1);
    TRY(sigaltstack(&now, NULL));
}

static char *volatile outer; /* where the handler below has its variables */

/* The second one begins where the first one is, not at the top of the stack again. */
static void nested(int number)
{
    char local = 0;
    if (number == SIGUSR2) {
        say("signal %d within, below the other: %d, %d\n", number, on_stack(&local),
            &local < outer);
        return;
    }
    outer = &local;
    raise(SIGUSR2);
    say("and back: %d\n", local);
}

static void install(int number, void (*function)(int), int flags)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = function;
    action.sa_flags = flags;
    sigaction(number, &action, NULL);
}

static volatile int depth;

static void again(int number)
{
    if (++depth == 3)
        _exit(depth);
    raise(number);
}

/* There is room for one frame. The second must not lie below that stack: SIGSEGV, and no handler. */
static void too_deep(void)
{
    stack_t wanted = {stack + STACK_BYTES / 2, 0, 2048};
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        sigaltstack(&wanted, NULL);
        install(SIGUSR1, again, SA_ONSTACK | SA_NODEFER);
        raise(SIGUSR1);
        _exit(0);
    }
    waitpid(child, &status, 0);
    say("too deep: status %#x\n", status);
}

static volatile int endless = 1; /* so that the compiler sees an end of the recursion */

static int overflow(int depth)
{
    volatile char room[4096];
    room[0] = (char)depth;
    if (!endless)
        return 0;
    return overflow(depth + 1) + room[0];
}

int main(void)
{
    struct rlimit limit = {256 * 1024, 256 * 1024};
    stack_t wanted = {stack, 0, STACK_BYTES};
    stack_t small = {stack, 0, 100};
    stack_t now;
    sigaltstack(NULL, &now);
    say("flags %d\n", now.ss_flags);
    TRY(sigaltstack(&small, NULL));
    TRY(sigaltstack(&wanted, NULL));
    install(SIGUSR1, handler, 0);
    raise(SIGUSR1);
    install(SIGUSR1, handler, SA_ONSTACK);
    raise(SIGUSR1);
    install(SIGUSR1, nested, SA_ONSTACK);
    install(SIGUSR2, nested, SA_ONSTACK);
    raise(SIGUSR1);
    too_deep();
    TRY(setrlimit(RLIMIT_STACK, &limit));
    install(SIGSEGV, handler, SA_ONSTACK);
    for (int i = 0; i < 2; i++)
        if (sigsetjmp(back, 1) == 0)
            overflow(0);
    sigaltstack(NULL, &now);
    say("flags %d\n", now.ss_flags);
    return 0;
}
