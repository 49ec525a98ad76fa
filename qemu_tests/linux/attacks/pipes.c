/* pipes.c: a pipe that nobody reads, one that nobody writes, and thousands of them. */
#include "attack.h"

static char buffer[70000];

static void nothing(int signal)
{
    (void)signal;
}

static void full_pipe(void)
{
    int ends[2];
    check_is(call(pipe2, ends, O_NONBLOCK), 0);
    check_is(call(write, ends[1], buffer, sizeof buffer), 65536);
    check_is(call(write, ends[1], buffer, 1), -EAGAIN);
    check_is(call(read, ends[0], buffer, 4095), 4095);
    check_is(call(write, ends[1], buffer, 4096), -EAGAIN); /* all of it, or nothing */
    check_is(call(write, ends[1], buffer, 4097), 4095);
    call(close, ends[0]);
    handle(SIGPIPE, nothing, 0);
    check_is(call(write, ends[1], buffer, 1), -EPIPE);
    call(close, ends[1]);
}

/* A writer that waits is interrupted, and one whose reader goes away is told. */
static void waiting_writer(void)
{
    /* Again and again: the first may come before there is anybody who waits. */
    const int every_ms[] = {0, 20000, 0, 20000}, never[] = {0, 0, 0, 0};
    int ends[2], child;
    check_is(call(pipe, ends), 0);
    handle(SIGALRM, nothing, 0);
    call(setitimer, 0, every_ms, 0);
    check_is(call(write, ends[1], buffer, sizeof buffer), 65536);
    check_is(call(write, ends[1], buffer, 1), -EINTR);
    call(setitimer, 0, never, 0);
    child = call(fork);
    if (child == 0) {
        call(close, ends[1]);
        sleep_ms(50);
        leave(0); /* the last reader but us */
    }
    call(close, ends[0]);
    check_is(call(write, ends[1], buffer, 1), -EPIPE);
    call(close, ends[1]);
    check_is(wait_for(child), 0);
}

static void many(void)
{
    int ends[2], open = 0;
    for (int i = 0; i < 5000; i++) {
        check_is(call(pipe, ends), 0);
        check_is(call(write, ends[1], buffer, 1 + i % 5000), 1 + i % 5000);
        check_is(call(close, ends[i & 1]), 0);
        check_is(call(close, ends[~i & 1]), 0);
    }
    while (call(pipe, ends) == 0)
        open++;
    check_is(call(pipe, ends), -EMFILE);
    check(open > 100);
    check_is(call(pipe, 0), -EMFILE); /* one number is not enough */
    call(close, ends[1]);
    check_is(call(pipe, 0), -EFAULT);
    check_is(call(pipe, ends), 0); /* nothing was lost */
}

int attack(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    full_pipe();
    waiting_writer();
    many();
    return 0;
}
