/* pipes.c: pipes: how much fits, who waits for whom, and what their ends mean to each other. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"

static char block[5000];

static void capacity(void)
{
    int ends[2];
    int total = 0;
    TRY(pipe(ends));
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    for (int put; (put = write(ends[1], block, 4096)) > 0;)
        total += put;
    say("%d bytes fit\n", total);
    TRY(write(ends[1], block, 1));
    TRY(read(ends[0], block, 5000));
    TRY(write(ends[1], block, 4096));
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    while (read(ends[0], block, sizeof block) > 0)
        ;
    TRY(read(ends[0], block, 1));
    close(ends[1]);
    TRY(read(ends[0], block, 1));
    close(ends[0]);
}

/* Up to a page is written at once or not at all. */
static void whole(void)
{
    static char most[65000];
    int ends[2];
    TRY(pipe(ends));
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    TRY(write(ends[1], most, sizeof most));
    TRY(write(ends[1], block, 1000));
    TRY(write(ends[1], block, 500));
    close(ends[0]);
    close(ends[1]);
}

static void no_reader(void)
{
    int ends[2];
    int status;
    TRY(pipe(ends));
    close(ends[0]);
    int child = fork();
    if (child == 0) {
        write(ends[1], "x", 1);
        _exit(1);
    }
    waitpid(child, &status, 0);
    say("without a reader: status %#x\n", status & 0xff7f);
    signal(SIGPIPE, SIG_IGN);
    TRY(write(ends[1], "x", 1));
    close(ends[1]);
}

/* More than fits: each side has to wait for the other again and again. */
static void much(void)
{
    int ends[2];
    int total = 0;
    unsigned int sum = 0;
    TRY(pipe(ends));
    int child = fork();
    if (child == 0) {
        for (int i = 0; i < (int)sizeof block; i++)
            block[i] = (char)(i % 251);
        for (int i = 0; i < 60; i++)
            if (write(ends[1], block, sizeof block) != sizeof block)
                _exit(1);
        _exit(0);
    }
    close(ends[1]);
    for (int got; (got = read(ends[0], block, 777)) > 0; total += got)
        for (int i = 0; i < got; i++)
            sum = sum * 31 + (unsigned char)block[i];
    waitpid(child, NULL, 0);
    say("%d bytes, sum %u\n", total, sum);
    close(ends[0]);
}

static void polled(void)
{
    int ends[2];
    TRY(pipe(ends));
    struct pollfd wanted[2] = {{ends[0], POLLIN, 0}, {ends[1], POLLOUT, 0}};
    TRY(poll(wanted, 2, 0));
    say("events %#x %#x\n", wanted[0].revents, wanted[1].revents);
    TRY(write(ends[1], "x", 1));
    TRY(poll(wanted, 2, -1));
    say("events %#x %#x\n", wanted[0].revents, wanted[1].revents);
    TRY(read(ends[0], block, 10));
    TRY(poll(wanted, 1, 10));
    close(ends[1]);
    TRY(poll(wanted, 2, 0));
    say("events %#x %#x\n", wanted[0].revents, wanted[1].revents);
}

int main(void)
{
    capacity();
    whole();
    no_reader();
    much();
    polled();
    return 0;
}
