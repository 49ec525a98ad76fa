/* signals.c: storms of signals, handlers in handlers, processes that will not go, parents of
 * vfork() that are disturbed. */
#include "attack.h"

static volatile int counter;

static void count(int signal)
{
    (void)signal;
    __sync_fetch_and_add(&counter, 1); /* one instruction: what interrupts it counts, too */
}

static void block(u32 low, u32 high)
{
    const u32 mask[2] = {low, high};
    call(rt_sigprocmask, SIG_SETMASK, mask, 0, 8);
}

static void storm(void)
{
    const int every_ms[4] = {0, 10000, 0, 10000}, never[4] = {0};
    int parent = call(getpid), child;
    counter = 0;
    handle(SIGUSR1, count, SA_RESTART);
    handle(SIGUSR2, count, SA_RESTART | SA_NODEFER);
    handle(SIGALRM, count, SA_RESTART);
    handle(SIGRTMIN, count, SA_RESTART);
    call(setitimer, 0, every_ms, 0);
    child = call(fork);
    for (int i = 0; i < 3000; i++) {
        int target = child ? child : parent;
        call(kill, target, i % 2 ? SIGUSR1 : SIGUSR2);
        if (i % 10 == 0)
            call(kill, target, SIGRTMIN);
    }
    if (child == 0)
        leave(0);
    wait_for(child);
    check(counter > 100);
    call(setitimer, 0, never, 0);
}

/* Real-time signals queue; without memory for more they still arrive. */
static void queue(void)
{
    counter = 0;
    handle(SIGRTMIN, count, 0);
    block(0, -1u);
    for (int i = 0; i < 2000; i++)
        check_is(call(kill, call(getpid), SIGRTMIN), 0);
    block(0, 0);
    check_is(counter, 2000);
}

/* A child that asks for a signal at its end which there is not, to be sent to a parent whose actions
 * would be looked up far behind their table. */
static void no_signal(void)
{
    enum { WALL = 0x40000000 };
    for (int number = 60; number < 256; number++) {
        int status = -1, child;
        handle(number, count, 0);
        child = call(clone, number, 0, 0, 0, 0);
        if (child == 0)
            leave(3);
        while (call(wait4, child, &status, WALL, 0) == -EINTR)
            ;
        check_is(status, 3 << 8);
    }
}

static void stubborn(void)
{
    int ready[2], child;
    char byte = 0;
    check_is(call(pipe, ready), 0);
    child = call(fork);
    if (child == 0) {
        for (int signal = 1; signal <= 64; signal++)
            handle(signal, (void (*)(int))SIG_IGN, 0);
        call(write, ready[1], &byte, 1);
        for (;;)
            block(-1u, -1u);
    }
    check_is(call(read, ready[0], &byte, 1), 1);
    call(close, ready[0]);
    call(close, ready[1]);
    for (int signal = 1; signal <= 64; signal++)
        if (signal != SIGKILL && signal != SIGSTOP)
            check_is(call(kill, child, signal), 0);
    sleep_ms(50);
    check_is(call(wait4, child, 0, WNOHANG, 0), 0);
    check_is(call(kill, child, SIGSTOP), 0);
    check_is(call(wait4, child, 0, WUNTRACED, 0), child);
    check_is(call(kill, child, SIGKILL), 0);
    check_is(wait_for(child), SIGKILL);
}

static void again(int signal)
{
    counter++;
    call(kill, call(getpid), signal);
}

/* A handler that never ends runs out of stack, and that ends the process, also with a second stack
 * that is too small, or none. */
static void nested(u32 stack, u32 size)
{
    int child = call(fork);
    if (child == 0) {
        u32 words[3] = {stack, 0, size};
        if (size)
            check_is(call(sigaltstack, words, 0), 0);
        handle(SIGSEGV, again, SA_ONSTACK | SA_NODEFER);
        handle(SIGUSR1, again, SA_NODEFER | SA_SIGINFO);
        call(kill, call(getpid), SIGUSR1);
        leave(0);
    }
    check_is(wait_for(child), SIGSEGV);
}

/* While its child has its memory the parent of a vfork() runs nothing, not even a handler. */
static void disturbed_vfork(int signal)
{
    static volatile int in_child;
    int parent = call(getpid), child;
    counter = 0;
    handle(SIGUSR1, count, 0);
    child = vfork();
    if (child == 0) {
        in_child = 1;
        call(kill, parent, signal);
        for (int i = 0; i < 20; i++) {
            sleep_ms(2);
            if (counter)
                in_child = 2;
        }
        in_child = in_child == 2 ? 3 : 0;
        call(exit, 5);
    }
    check_is(in_child, 0);
    check_is(wait_for(child), 5 << 8);
    check_is(counter, signal == SIGUSR1);
}

/* A parent that is killed meanwhile goes at once; its child lives on: it answers. */
static void killed_vfork(void)
{
    static int to[2], from[2]; /* not on the stack that both have */
    static char byte;
    int child;
    check_is(call(pipe, to), 0);
    check_is(call(pipe, from), 0);
    child = call(fork);
    if (child == 0) {
        call(close, to[1]);
        if (vfork() == 0) {
            call(write, from[1], &byte, 1);
            while (call(read, to[0], &byte, 1) == 1)
                call(write, from[1], &byte, 1);
            call(exit, 0);
        }
        leave(1);
    }
    call(close, to[0]);
    call(close, from[1]);
    check_is(call(read, from[0], &byte, 1), 1);
    check_is(call(kill, child, SIGTERM), 0);
    check_is(wait_for(child), SIGTERM);
    check_is(call(write, to[1], &byte, 1), 1);
    check_is(call(read, from[0], &byte, 1), 1);
    call(close, to[1]);
    check_is(call(read, from[0], &byte, 1), 0);
    call(close, from[0]);
}

int attack(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    storm();
    queue();
    no_signal();
    stubborn();
    nested(0, 0);
    nested((u32)pages(1, MAP_PRIVATE), PAGE_BYTES);
    nested(0xbffff000, 0x10000000);
    nested(0x10000, PAGE_BYTES);
    disturbed_vfork(SIGUSR1);
    disturbed_vfork(SIGCHLD);
    killed_vfork();
    return 0;
}
