/* restarts.c: calls that wait, interrupted by a handler without SA_RESTART, by one with it, and by a
 * stop: which of them fail, and which go on? */
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "say.h"

static int ends[2];
static char buffer[65536];
static int word;
static const struct timespec half_second = {0, 500000000};

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
        usleep(500000);
        _exit(7);
    }
    return waitpid(child, NULL, 0) == child ? 0 : -1;
}

static int do_nanosleep(void)
{
    struct timespec left = {9, 9};
    int result = nanosleep(&half_second, &left);
    say("  left: %d\n", left.tv_sec == 0 && left.tv_nsec != 9);
    return result;
}

static int do_clock_nanosleep(void)
{
    struct timespec when;
    clock_gettime(CLOCK_MONOTONIC, &when);
    when.tv_sec++;
    return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL);
}

static int do_poll(void)
{
    return poll(NULL, 0, 500);
}

static int do_select(void)
{
    struct timeval time = {0, 500000};
    fd_set set;
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    return select(ends[0] + 1, &set, NULL, NULL, &time);
}

static int do_futex(void)
{
    return (int)syscall(SYS_futex, &word, 0 /* FUTEX_WAIT */, 0, &half_second, NULL, 0);
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
    errno = 0;
    int result = calls[which].function();
    say("  %d, errno %d\n", result < 0 ? -1 : result, result < 0 ? errno : 0);
    _exit(0);
}

/* Whatever would still wait is killed after a time: it has gone on. */
static void one(int which, const char *how, int flags, int stop)
{
    int status = 0;
    say("%s, %s\n", calls[which].name, how);
    if (pipe(ends) || (calls[which].function == do_write && write(ends[1], buffer, 65536) != 65536))
        _exit(1);
    pid_t pid = fork();
    if (pid == 0)
        child(which, flags);
    usleep(150000);
    kill(pid, stop ? SIGSTOP : SIGALRM);
    if (stop) {
        waitpid(pid, &status, WUNTRACED);
        kill(pid, SIGCONT);
    }
    if (!calls[which].ends) {
        usleep(150000);
        kill(pid, SIGKILL);
    }
    waitpid(pid, &status, 0);
    say("  %s\n", WIFSIGNALED(status) ? "still waits" : "over");
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    for (int i = 0; i < (int)(sizeof calls / sizeof calls[0]); i++) {
        one(i, "handler", 0, 0);
        one(i, "handler with SA_RESTART", SA_RESTART, 0);
        one(i, "stop", 0, 1);
    }
    return 0;
}
