/* restarts.c: calls that wait, interrupted by a handler without SA_RESTART, by one with it, and by a
 * stop: which of them fail, and which go on?
 *
 * Nobody can see from outside whether a process waits already. So all of them are given seconds to
 * get there, at the same time, and what they say is printed in its turn. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "say.h"

#define SETTLE_S 2 /* until all wait, and again until those that go on wait again */
#define LONG_S 6   /* what ends by itself ends after that */

static int ends[2];
static char buffer[65536];
static int word;
static const struct timespec long_time = {LONG_S, 0};

static int ready[2];            /* a byte from each child that is about to wait */
static char (*told_by_all)[64]; /* shared memory */
static char *told;              /* by this child */

#define tell(...) sprintf(told + strlen(told), __VA_ARGS__)

static int do_read(void)
{
    return (int)read(ends[0], buffer, 1);
}

static int do_write(void)
{
    return (int)write(ends[1], buffer, 1);
}

static int do_wait(void)
{
    pid_t child = fork();
    if (child == 0) {
        signal(SIGALRM, SIG_DFL);
        sleep(LONG_S);
        _exit(7);
    }
    return waitpid(child, NULL, 0) == child ? 0 : -1;
}

static int do_nanosleep(void)
{
    struct timespec left = {9, 9};
    int result = nanosleep(&long_time, &left);
    tell("  left: %d\n", left.tv_sec < LONG_S);
    return result;
}

static int do_clock_nanosleep(void)
{
    struct timespec when;
    clock_gettime(CLOCK_MONOTONIC, &when);
    when.tv_sec += LONG_S;
    return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL);
}

static int do_poll(void)
{
    return poll(NULL, 0, LONG_S * 1000);
}

static int do_select(void)
{
    struct timeval time = {LONG_S, 0};
    fd_set set;
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    return select(ends[0] + 1, &set, NULL, NULL, &time);
}

static int do_futex(void)
{
    return (int)syscall(SYS_futex, &word, 0 /* FUTEX_WAIT */, 0, &long_time, NULL, 0);
}

static int do_futex_for_ever(void)
{
    return (int)syscall(SYS_futex, &word, 0 /* FUTEX_WAIT */, 0, NULL, NULL, 0);
}

static int do_pause(void)
{
    return pause();
}

static int do_sigsuspend(void)
{
    sigset_t set;
    sigemptyset(&set);
    return sigsuspend(&set);
}

static const struct {
    const char *name;
    int (*function)(void);
    int ends; /* by itself */
} calls[] = {
    {"read", do_read, 0},
    {"write", do_write, 0},
    {"waitpid", do_wait, 1},
    {"nanosleep", do_nanosleep, 1},
    {"clock_nanosleep", do_clock_nanosleep, 1},
    {"poll", do_poll, 1},
    {"select", do_select, 1},
    {"futex", do_futex, 1},
    {"futex for ever", do_futex_for_ever, 0},
    {"pause", do_pause, 0},
    {"sigsuspend", do_sigsuspend, 0},
};

static const struct {
    const char *name;
    int flags, is_stop;
} ways[] = {
    {"handler", 0, 0},
    {"handler with SA_RESTART", SA_RESTART, 0},
    {"stop", 0, 1},
};

#define CALLS ((int)(sizeof calls / sizeof calls[0]))
#define WAYS ((int)(sizeof ways / sizeof ways[0]))

static pid_t pids[sizeof calls / sizeof calls[0]][sizeof ways / sizeof ways[0]];

static void handler(int number)
{
    (void)number;
}

/* In a child: which call, and with which flags its handler is installed. */
static void child(int which, int flags)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigaction(SIGALRM, &action, NULL);
    if (pipe(ends) || (calls[which].function == do_write && write(ends[1], buffer, 65536) != 65536))
        _exit(1);
    if (write(ready[1], "x", 1) != 1)
        _exit(1);
    errno = 0;
    int result = calls[which].function();
    tell("  %d, errno %d\n", result < 0 ? -1 : result, result < 0 ? errno : 0);
    _exit(0);
}

static void begin(int which, int how)
{
    char byte;
    told = told_by_all[which * WAYS + how];
    pids[which][how] = fork();
    if (pids[which][how] == 0)
        child(which, ways[how].flags);
    if (read(ready[0], &byte, 1) != 1)
        exit(1);
}

static void disturb(int which, int how)
{
    const pid_t pid = pids[which][how];
    kill(pid, ways[how].is_stop ? SIGSTOP : SIGALRM);
    if (ways[how].is_stop) {
        waitpid(pid, NULL, WUNTRACED);
        kill(pid, SIGCONT);
    }
}

/* Whatever would wait for ever is killed: it has gone on. */
static void end(int which, int how)
{
    if (!calls[which].ends)
        kill(pids[which][how], SIGKILL);
}

static void show(int which, int how)
{
    int status = 0;
    waitpid(pids[which][how], &status, 0);
    say("%s, %s\n%s", calls[which].name, ways[how].name, told_by_all[which * WAYS + how]);
    say("  %s\n", WIFSIGNALED(status) ? "still waits" : "over");
}

static void for_all(void (*function)(int which, int how))
{
    for (int which = 0; which < CALLS; which++)
        for (int how = 0; how < WAYS; how++)
            function(which, how);
}

int main(void)
{
    const size_t size = CALLS * WAYS * sizeof *told_by_all;
    told_by_all = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (told_by_all == MAP_FAILED || pipe(ready))
        return 1;
    for_all(begin);
    sleep(SETTLE_S);
    for_all(disturb);
    sleep(SETTLE_S);
    for_all(end);
    for_all(show);
    return 0;
}
