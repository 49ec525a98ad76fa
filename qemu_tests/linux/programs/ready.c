/* ready.c: what can be done without waiting: room in pipes, bytes to read, epolls in epolls, many files. */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"

enum { SET_SIZE = 1031, GET_SIZE = 1032, MANY = 1000 };

static char data[65536];

static int events_of(int fd, int wanted)
{
    struct pollfd file = {fd, (short)wanted, 0};
    poll(&file, 1, 0);
    return file.revents;
}

static void room(void)
{
    int ends[2], count = -1;
    TRY(pipe(ends));
    TRY(fcntl(ends[0], GET_SIZE));
    TRY(fcntl(0, GET_SIZE) == -1 || 1);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    TRY(write(ends[1], data, 65536 - 4096));
    CHECK(events_of(ends[1], POLLOUT) == POLLOUT);
    TRY(write(ends[1], data, 1));
    CHECK(events_of(ends[1], POLLOUT) == 0);
    TRY(write(ends[1], data, 512));
    TRY(ioctl(ends[0], FIONREAD, &count));
    say("%d\n", count);
    TRY(ioctl(ends[1], FIONREAD, &count));
    TRY(ioctl(ends[0], FIONREAD, 1));
    TRY(read(ends[0], data, 4096));
    CHECK(events_of(ends[1], POLLOUT) == POLLOUT);
    TRY(ioctl(ends[0], TIOCGWINSZ, data));
    TRY(ioctl(ends[0], FIOCLEX));
    TRY(fcntl(ends[0], F_GETFD));
    TRY(ioctl(ends[0], FIONCLEX));
    TRY(fcntl(ends[0], F_GETFD));
    close(ends[0]);
    close(ends[1]);
}

/* A parent that feeds a filter as careful programs do: at most 512 bytes, and only after POLLOUT. */
static void feed(void)
{
    int to[2], from[2];
    long left = 400000, got = 0, n;
    if (pipe(to) != 0 || pipe(from) != 0)
        exit(1);
    if (fork() == 0) {
        close(to[1]);
        close(from[0]);
        while ((n = read(to[0], data, 1000)) > 0)
            if (write(from[1], data, (size_t)n) != n)
                _exit(1);
        _exit(0);
    }
    close(to[0]);
    close(from[1]);
    struct pollfd files[2] = {{to[1], POLLOUT, 0}, {from[0], POLLIN, 0}};
    while (files[1].fd >= 0) {
        poll(files, 2, -1);
        if (files[0].revents & POLLOUT) {
            left -= write(to[1], data, left < 512 ? (size_t)left : 512);
            if (left == 0) {
                close(to[1]);
                files[0].fd = -1;
            }
        } else if (files[1].revents) {
            n = read(from[0], data, 32768);
            got += n > 0 ? n : 0;
            files[1].fd = n > 0 ? files[1].fd : -1;
        }
    }
    wait(NULL);
    close(from[0]);
    say("%ld bytes came back\n", got);
}

static int add(int epoll, int fd, uint32_t wanted)
{
    struct epoll_event event = {.events = wanted, .data.fd = fd};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void nested(void)
{
    struct epoll_event got[4];
    int ends[2], inner = epoll_create1(0), outer = epoll_create1(0), chain[8];
    TRY(pipe(ends));
    TRY(add(inner, ends[0], EPOLLIN) == 0);
    TRY(add(outer, inner, EPOLLIN));
    TRY(add(inner, outer, EPOLLIN));
    TRY(add(inner, inner, EPOLLIN));
    TRY(epoll_wait(outer, got, 4, 0));
    CHECK(events_of(outer, POLLIN) == 0);
    TRY(write(ends[1], "x", 1));
    CHECK(events_of(outer, POLLIN) == POLLIN);
    TRY(epoll_wait(outer, got, 4, 0));
    CHECK(got[0].data.fd == inner);
    TRY(epoll_wait(inner, got, 4, 0));
    TRY(read(ends[0], data, 1));
    TRY(epoll_wait(outer, got, 4, 0));
    if (fork() == 0) {
        usleep(20000);
        _exit(write(ends[1], "y", 1) != 1);
    }
    TRY(epoll_wait(outer, got, 4, 5000));
    wait(NULL);
    for (int i = 0; i < 8; i++)
        chain[i] = epoll_create1(0);
    for (int i = 0; i + 1 < 8; i++)
        say("%d: %s\n", i, add(chain[i + 1], chain[i], EPOLLIN) ? strerror(errno) : "ok");
    for (int i = 0; i < 8; i++)
        close(chain[i]);
    close(inner);
    TRY(epoll_wait(outer, got, 4, 0));
    close(outer);
    close(ends[0]);
    close(ends[1]);
}

/* poll() writes what it has found, and nothing else. */
static void only_revents(void)
{
    int ends[2], found;
    struct pollfd *shared =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (pipe(ends) != 0)
        exit(1);
    do { /* again if the child's number was there before poll() looked */
        *shared = (struct pollfd){ends[0], POLLIN, 0};
        if (fork() == 0) {
            usleep(20000);
            shared->fd = 77;
            _exit(write(ends[1], "x", 1) != 1);
        }
        found = poll(shared, 1, -1);
        wait(NULL);
    } while (shared->revents & POLLNVAL);
    say("%d: %d\n", found, shared->fd);
    close(ends[0]);
    close(ends[1]);
}

static void many(void)
{
    static int ends[MANY][2];
    static struct pollfd files[MANY];
    struct epoll_event got[MANY];
    struct rlimit limit;
    int epoll = epoll_create1(0);
    getrlimit(RLIMIT_NOFILE, &limit);
    say("%d, %d\n", (int)limit.rlim_cur, (int)limit.rlim_max);
    limit.rlim_cur = limit.rlim_max;
    TRY(setrlimit(RLIMIT_NOFILE, &limit));
    for (int i = 0; i < MANY; i++) {
        if (pipe(ends[i]) != 0 || add(epoll, ends[i][0], EPOLLIN | (i % 2 ? EPOLLET : 0)) != 0)
            say("%d: %s\n", i, strerror(errno));
        files[i] = (struct pollfd){ends[i][0], POLLIN, 0};
    }
    TRY(poll(files, MANY, 0));
    TRY(epoll_wait(epoll, got, MANY, 0));
    for (int i = 0; i < MANY; i += 3)
        if (write(ends[i][1], "x", 1) != 1)
            exit(1);
    TRY(poll(files, MANY, 0));
    TRY(epoll_wait(epoll, got, MANY, 0));
    int sum = 0, count = epoll_wait(epoll, got, MANY, 0);
    for (int i = 0; i < count; i++)
        sum += got[i].data.fd == ends[i * 6][0];
    say("%d again, %d in their order\n", count, sum);
    TRY(epoll_wait(epoll, got, 100, 0));
    sum = 0;
    count = epoll_wait(epoll, got, MANY, 0);
    for (int i = 0; i < count; i++)
        sum += got[i].data.fd == ends[(i + 100) % count * 6][0];
    say("%d, %d of them behind those hundred\n", count, sum);
    for (int i = 0; i < MANY; i++) {
        close(ends[i][0]);
        close(ends[i][1]);
    }
    TRY(epoll_wait(epoll, got, MANY, 0));
    close(epoll);
}

int main(void)
{
    room();
    feed();
    nested();
    only_revents();
    many();
    return 0;
}
