/* waitfds.c: signals and timers that are files, and pairs of sockets. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "say.h"

enum { SIGNALFD = 327, CREATE = 322, SETTIME = 325, GETTIME = 326 };

static void *volatile nowhere = (void *)1;

static int events_of(int fd)
{
    struct pollfd file = {fd, POLLIN | POLLOUT | POLLRDHUP, 0};
    poll(&file, 1, 0);
    return file.revents;
}

/* What has no name is of some kind all the same, or of none. */
static void tell_kind(int fd)
{
    struct stat stat;
    CHECK(fstat(fd, &stat) == 0);
    say("  mode %o\n", (unsigned)stat.st_mode);
}

static void signals(void)
{
    uint64_t set = 1ull << (SIGUSR1 - 1) | 1ull << (SIGCHLD - 1);
    uint32_t words[64] = {0};
    sigprocmask(SIG_BLOCK, (sigset_t *)&set, NULL);
    int fd = (int)syscall(SIGNALFD, -1, &set, 8, O_NONBLOCK);
    CHECK(fd >= 0);
    TRY(read(fd, words, 128));
    TRY(read(fd, words, 100));
    say("%x\n", events_of(fd));
    kill(getpid(), SIGUSR1);
    say("%x\n", events_of(fd));
    TRY(read(fd, words, sizeof words));
    say("signal %d, code %d\n", (int)words[0], (int)words[2]);
    CHECK((pid_t)words[3] == getpid());
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    TRY(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
    pid_t child = fork();
    if (child == 0)
        _exit(3);
    TRY(epoll_wait(epoll, &event, 1, 5000));
    TRY(read(fd, words, sizeof words));
    say("signal %d, code %d, status %d\n", (int)words[0], (int)words[2], (int)words[10]);
    CHECK((pid_t)words[3] == child);
    waitpid(child, NULL, 0);
    set = 1ull << (SIGUSR2 - 1);
    TRY(syscall(SIGNALFD, fd, &set, 8, 0) == fd);
    kill(getpid(), SIGUSR1);
    say("%x\n", events_of(fd));
    TRY(syscall(SIGNALFD, -1, &set, 4, 0));
    TRY(syscall(SIGNALFD, 99, &set, 8, 0));
    TRY(syscall(SIGNALFD, 1, &set, 8, 0));
    TRY(syscall(SIGNALFD, -1, nowhere, 8, 0));
    TRY(syscall(SIGNALFD, -1, &set, 8, 1));
    close(epoll);
    close(fd);
}

static uint64_t ms_since(const struct timespec *begun)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long ns = now.tv_nsec - begun->tv_nsec;
    return (uint64_t)((now.tv_sec - begun->tv_sec) * 1000LL + ns / 1000000);
}

static void timers(void)
{
    int32_t late[4] = {0, 0, 1000, 0}, once[4] = {0, 0, 0, 30000000}, now[4];
    int32_t every[4] = {0, 20000000, 0, 20000000};
    int32_t past[4] = {0, 0, 1, 0}, none[4] = {0, 0, 0, 0}, odd[4] = {0, 0, 0, 1000000000};
    uint64_t count = 0;
    int fd = (int)syscall(CREATE, CLOCK_MONOTONIC, 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    TRY(read(fd, &count, 8));
    TRY(read(fd, &count, 4));
    TRY(syscall(SETTIME, fd, 0, late, NULL));
    TRY(syscall(GETTIME, fd, now));
    CHECK(now[0] == 0 && now[1] == 0 && now[2] > 900 && now[2] <= 1000);
    TRY(syscall(SETTIME, fd, 0, once, NULL));
    fcntl(fd, F_SETFL, 0);
    TRY(read(fd, &count, 8));
    say("%d\n", (int)count);
    TRY(syscall(GETTIME, fd, now));
    CHECK(now[2] == 0 && now[3] == 0);
    struct timespec begun;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    TRY(syscall(SETTIME, fd, 0, every, now));
    struct pollfd file = {fd, POLLIN, 0};
    TRY(poll(&file, 1, 5000));
    usleep(100000);
    TRY(read(fd, &count, 8));
    CHECK(count >= 4 && count <= ms_since(&begun) / 20);
    TRY(syscall(SETTIME, fd, 1, past, now));
    CHECK(now[1] == 20000000);
    TRY(read(fd, &count, 8));
    say("%d\n", (int)count);
    TRY(syscall(SETTIME, fd, 0, every, NULL));
    TRY(syscall(SETTIME, fd, 0, none, NULL));
    say("%x\n", events_of(fd));
    TRY(syscall(SETTIME, fd, 0, odd, NULL));
    TRY(syscall(SETTIME, fd, 9, none, NULL));
    TRY(syscall(SETTIME, 1, 0, none, NULL));
    TRY(syscall(SETTIME, fd, 0, nowhere, NULL));
    TRY(syscall(GETTIME, 99, now));
    TRY(syscall(CREATE, 99, 0));
    TRY(syscall(CREATE, CLOCK_MONOTONIC, 1));
    tell_kind(fd);
    close(fd);
}

static void streams(void)
{
    char got[16] = "";
    int ends[2];
    TRY(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    tell_kind(ends[1]);
    say("%x\n", events_of(ends[0]));
    TRY(write(ends[0], "abc", 3));
    TRY(write(ends[0], "def", 3));
    TRY(write(ends[1], "x", 1));
    say("%x\n", events_of(ends[1]));
    TRY(read(ends[1], got, 16));
    say("%s\n", got);
    TRY(recv(ends[0], got, 16, 0));
    TRY(recv(ends[0], got, 16, MSG_DONTWAIT));
    TRY(send(ends[0], "y", 1, MSG_NOSIGNAL));
    TRY(shutdown(ends[0], SHUT_WR));
    TRY(read(ends[1], got, 16));
    TRY(read(ends[1], got, 16));
    say("%x\n", events_of(ends[1]));
    TRY(write(ends[1], "z", 1));
    TRY(read(ends[0], got, 16));
    close(ends[1]);
    say("%x\n", events_of(ends[0]));
    TRY(read(ends[0], got, 16));
    signal(SIGPIPE, SIG_IGN);
    TRY(write(ends[0], "z", 1));
    TRY(send(ends[0], "z", 1, MSG_NOSIGNAL));
    TRY(lseek(ends[0], 0, SEEK_CUR));
    close(ends[0]);
}

static void messages(int type)
{
    char got[16] = "";
    int ends[2];
    TRY(socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends));
    TRY(fcntl(ends[0], F_GETFD));
    TRY(send(ends[0], "hello", 5, 0));
    TRY(send(ends[0], "", 0, 0));
    TRY(send(ends[0], "world", 5, 0));
    TRY(recv(ends[1], got, 2, 0));
    TRY(recv(ends[1], got, 16, 0));
    TRY(recv(ends[1], got, 16, 0));
    say("%s\n", got);
    TRY(recv(ends[1], got, 16, 0));
    close(ends[1]);
    TRY(send(ends[0], "x", 1, MSG_NOSIGNAL));
    close(ends[0]);
}

int main(void)
{
    int ends[2];
    signals();
    timers();
    streams();
    messages(SOCK_DGRAM);
    messages(SOCK_SEQPACKET);
    TRY(socketpair(AF_UNIX, 77, 0, ends));
    TRY(socketpair(AF_UNIX, SOCK_STREAM, 5, ends));
    TRY(socketpair(AF_UNIX, SOCK_STREAM, 0, nowhere));
    TRY(send(1, "x", 1, 0));
    TRY(shutdown(1, 0));
    TRY(shutdown(99, 0));
    TRY(pipe(ends));
    tell_kind(ends[1]);
    tell_kind(epoll_create(1));
    return 0;
}
