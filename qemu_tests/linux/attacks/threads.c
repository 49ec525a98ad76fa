/* threads.c: as many threads as there can be; leaders that end first; threads that run another
 * program, fork, or end all others. */
#include "attack.h"

enum { THREADS = 600, STACK_BYTES = 1024 };

static char stacks[THREADS][STACK_BYTES] __attribute__((aligned(16)));
static int running[THREADS];
static volatile int counter, gate;

static void count(void *argument)
{
    (void)argument;
    __sync_fetch_and_add(&counter, 1);
    while (!gate)
        call(futex, &gate, FUTEX_WAIT, 0, 0);
}

static void many(void)
{
    int made = 0;
    counter = gate = 0;
    while (made < THREADS) {
        int result = thread(count, 0, stacks[made + 1], &running[made]);
        if (result < 0) {
            check(result == -EAGAIN || result == -ENOMEM);
            break;
        }
        made++;
    }
    check(made > 50);
    gate = 1;
    call(futex, &gate, FUTEX_WAKE, 0x7fffffff);
    for (int i = 0; i < made; i++)
        join(&running[i]);
    check_is(counter, made);
}

/* As soon as nobody can write into the pipe any more. */
static void end_later(void *pipe_end)
{
    char byte;
    call(read, (int)pipe_end, &byte, 1);
    call(exit_group, 42);
}

static void sleep_long(void *argument)
{
    (void)argument;
    for (;;)
        call(pause);
}

/* A shell may ask after a process at once whose threads are not all gone. */
static void leader_first(void)
{
    for (int i = 0; i < 20; i++) {
        int ends[2], child;
        check_is(call(pipe, ends), 0);
        child = call(fork);
        if (child == 0) {
            call(close, ends[1]);
            for (int j = 0; j < 5; j++)
                thread(sleep_long, 0, stacks[j + 1], &running[j]);
            thread(end_later, (void *)ends[0], stacks[9], &running[8]);
            call(exit, 1);
        }
        call(close, ends[0]);
        sleep_ms(5); /* in which most leaders end */
        check_is(call(wait4, child, 0, WNOHANG, 0), 0);
        call(close, ends[1]);
        check_is(wait_for(child), 42 << 8);
    }
}

static void run_other(void *argument)
{
    char *words[] = {"exit", argument, 0};
    call(execve, "/attacks/exit", words, 0);
    call(exit_group, 3);
}

/* The thread becomes the process; the others end, whatever they were doing. */
static void other_program(void)
{
    for (int i = 0; i < 20; i++) {
        int child = call(fork);
        if (child == 0) {
            for (int j = 0; j < 6; j++)
                thread(i % 2 ? sleep_long : run_other, "9", stacks[j + 1], &running[j]);
            thread(run_other, "9", stacks[9], &running[8]);
            if (i % 3 == 0)
                call(exit, 0);
            sleep_long(0);
        }
        check_is(wait_for(child), 9 << 8);
    }
}

static void wait_at(void *argument)
{
    volatile int *word = argument;
    while (*word == 0)
        call(futex, word, FUTEX_WAIT, 0, 0);
}

/* Who waits for a word is woken although a fork() has made its page another one's too. */
static void fork_and_wake(void)
{
    static volatile int word;
    for (int i = 0; i < 20; i++) {
        int child;
        word = 0;
        check(thread(wait_at, (void *)&word, stacks[1], &running[0]) > 0);
        while (call(futex, &word, FUTEX_REQUEUE, 0, 1, &word) != 1)
            sleep_ms(1); /* it does not wait yet */
        child = call(fork);
        if (child == 0) {
            sleep_ms(50);
            leave(0);
        }
        word = 1;
        check_is(call(futex, &word, FUTEX_WAKE, 1), 1);
        join(&running[0]);
        check_is(wait_for(child), 0);
    }
}

/* All of it in turn, with the last thread killed in whatever it does. */
static void killed(void)
{
    for (int i = 0; i < 30; i++) {
        int child = call(fork);
        if (child == 0) {
            for (int j = 0; j < 8; j++)
                thread(j % 2 ? sleep_long : count, 0, stacks[j + 1], &running[j]);
            for (;;)
                call(wait4, call(fork) ? -1 : (leave(0), 0), 0, 0, 0);
        }
        sleep_ms(5 + i);
        check_is(call(kill, child, SIGKILL), 0);
        check_is(wait_for(child), SIGKILL);
    }
}

int attack(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    many();
    leader_first();
    other_program();
    fork_and_wake();
    gate = 0;
    killed();
    return 0;
}
