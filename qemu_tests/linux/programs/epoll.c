/* epoll.c: files that are watched together, once and again, and numbers that are files. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

static int epoll;

static void show(const char *what, int room)
{
    struct epoll_event events[8];
    int count = epoll_wait(epoll, events, room, 0);

    printf("%s: %d", what, count);
    for (int i = 0; i < count; i++) {
        printf(" %s%s%s%s=%d", events[i].events & EPOLLIN ? "in" : "",
               events[i].events & EPOLLOUT ? "out" : "", events[i].events & EPOLLHUP ? "hup" : "",
               events[i].events & EPOLLERR ? "err" : "", (int)events[i].data.u64);
    }
    printf("\n");
}

static int control(int operation, int fd, uint32_t wanted, int data)
{
    struct epoll_event event = {.events = wanted, .data.u64 = (uint64_t)data};

    return epoll_ctl(epoll, operation, fd, &event) == 0 ? 0 : errno;
}

static void levels_and_edges(void)
{
    int ends[2];
    char bytes[4];

    pipe(ends);
    printf("add %d", control(EPOLL_CTL_ADD, ends[0], EPOLLIN, 1));
    printf(" again %d\n", control(EPOLL_CTL_ADD, ends[0], EPOLLIN, 1) == EEXIST);
    show("empty", 8);
    write(ends[1], "abcd", 4);
    show("level", 8);
    show("level", 8);
    control(EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLET, 2);
    show("edge", 8);
    read(ends[0], bytes, 2);
    show("no new edge", 8);
    write(ends[1], "e", 1);
    show("edge", 8);
    control(EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLONESHOT, 3);
    show("once", 8);
    show("no more", 8);
    close(ends[1]);
    control(EPOLL_CTL_MOD, ends[0], EPOLLIN, 4);
    show("writer gone", 8);
    close(ends[0]);
    show("reader closed", 8);
}

/* What is ready still is told again with what is new. */
static void edge_with_the_rest(void)
{
    int ends[2];

    pipe(ends);
    control(EPOLL_CTL_ADD, ends[0], EPOLLIN | EPOLLET, 5);
    write(ends[1], "x", 1);
    show("edge", 8);
    close(ends[1]);
    show("edge, and the rest", 8);
    show("no new edge", 8);
    close(ends[0]);
}

static void turns(void)
{
    int first = eventfd(1, 0), second = eventfd(1, EFD_CLOEXEC);

    control(EPOLL_CTL_ADD, first, EPOLLIN | EPOLLOUT, 1);
    control(EPOLL_CTL_ADD, second, EPOLLIN, 2);
    show("room for one", 1);
    show("the other", 1);
    control(EPOLL_CTL_DEL, first, 0, 0);
    printf("gone %d\n", control(EPOLL_CTL_MOD, first, 0, 0) == ENOENT);
    struct pollfd poll_it = {.fd = epoll, .events = POLLIN};
    printf("poll %d\n", poll(&poll_it, 1, 0));
    close(first);
    close(second);
    printf("poll %d\n", poll(&poll_it, 1, 0));
}

static void numbers(void)
{
    int all = eventfd(3, EFD_NONBLOCK), one = eventfd(2, EFD_NONBLOCK | EFD_SEMAPHORE);
    uint64_t number = 4;

    write(all, &number, 8);
    read(all, &number, 8);
    printf("all %d\n", (int)number);
    printf("empty %d\n", read(all, &number, 8) == -1 && errno == EAGAIN);
    read(one, &number, 8);
    printf("one %d\n", (int)number);
    number = UINT64_MAX;
    printf("too much %d\n", write(one, &number, 8) == -1 && errno == EINVAL);
    printf("too short %d\n", read(one, &number, 4) == -1 && errno == EINVAL);
    number = UINT64_MAX - 1;
    printf("full %d\n", write(one, &number, 8) == -1 && errno == EAGAIN);
    close(all);
    close(one);
}

static void nothing(int signal)
{
    (void)signal;
}

/* What another process does ends the waiting; a signal does, whatever its handler's flags are. */
static void waiting(void)
{
    int number = eventfd(0, 0);
    struct epoll_event event;
    uint64_t one = 1;

    control(EPOLL_CTL_ADD, number, EPOLLIN, 7);
    if (fork() == 0) {
        usleep(20000);
        write(number, &one, 8);
        _exit(0);
    }
    printf("waited %d", epoll_wait(epoll, &event, 1, -1));
    printf(" for %d\n", (int)event.data.u64);
    wait(NULL);
    read(number, &one, 8);
    printf("late %d\n", epoll_wait(epoll, &event, 1, 20));
    signal(SIGALRM, nothing); /* with SA_RESTART */
    ualarm(20000, 20000);     /* again and again: the first may come before it is waited for */
    printf("interrupted %d\n", epoll_wait(epoll, &event, 1, -1) == -1 && errno == EINTR);
    ualarm(0, 0);
    sigset_t mask, old;
    sigemptyset(&mask);
    sigaddset(&mask, SIGALRM);
    sigprocmask(SIG_BLOCK, &mask, &old);
    raise(SIGALRM);
    printf("blocked %d\n", epoll_pwait(epoll, &event, 1, 20, NULL));
    printf("let in %d\n", epoll_pwait(epoll, &event, 1, -1, &old) == -1 && errno == EINTR);
    close(number);
}

static void errors(void)
{
    struct epoll_event event;
    int file = open("/tests/list", O_RDONLY);

    printf("regular %d\n", control(EPOLL_CTL_ADD, file, EPOLLIN, 0) == EPERM);
    printf("itself %d\n", control(EPOLL_CTL_ADD, epoll, EPOLLIN, 0) == EINVAL);
    printf("closed %d\n", control(EPOLL_CTL_ADD, 99, EPOLLIN, 0) == EBADF);
    printf("no room %d\n", epoll_wait(epoll, &event, 0, 0) == -1 && errno == EINVAL);
    printf("no epoll %d\n", epoll_wait(file, &event, 1, 0) == -1 && errno == EINVAL);
    printf("flags %d\n", epoll_create1(1) == -1 && errno == EINVAL);
    close(file);
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    levels_and_edges();
    edge_with_the_rest();
    turns();
    numbers();
    waiting();
    errors();
    return 0;
}
