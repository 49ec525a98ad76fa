/* user/family.c: children: made, talked to, given another program, killed, asked for their end. */

#include "user/include/user.h"

static void wait_for(long child)
{
    int status;

    wait4((int)child, &status, 0, NULL);
    if (status & 0x7f) {
        print("family: process %d was killed by signal %d.\n", (int)child, status & 0x7f);
    } else {
        print("family: process %d exited with status %d.\n", (int)child, status >> 8);
    }
}

/* A pipe joins two processes: what is written at one end is read at the other. */
static void talk(void)
{
    static const char text[] = "do your homework";
    char heard[32];
    int ends[2];

    pipe(ends);
    long child = fork();
    if (child == 0) {
        close(ends[1]);
        long size = read(ends[0], heard, sizeof heard - 1); /* sleeps until there is something */
        heard[size] = '\0';
        print("family: process %d, child of %d, was told: %s\n", (int)getpid(), (int)getppid(),
              heard);
        exit_with(7);
    }
    close(ends[0]);
    write(ends[1], text, sizeof text - 1);
    close(ends[1]);
    wait_for(child);
}

/* The process stays, with its number and its files; the program in it is another. */
static void become_hello(void)
{
    static const char *const arguments[] = {"hello", "from", "family", NULL};
    long child = fork();

    if (child == 0) {
        execve("hello", arguments, NULL);
        exit_with(1); /* only if it could not be */
    }
    wait_for(child);
}

static void run_forever(void)
{
    for (;;) {
    }
}

static void stop(void)
{
    long child = fork();

    if (child == 0) {
        run_forever();
    }
    kill((int)child, SIGKILL);
    wait_for(child);
}

int main(void)
{
    talk();
    become_hello();
    stop();
    return 0;
}
