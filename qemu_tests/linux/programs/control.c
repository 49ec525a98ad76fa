/* control.c: what a process asks of the kernel for itself: clocks, shares, limits, numbers, waits. */
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "say.h"

/* Calls by the time of 32 bits, which not every C library names. */
enum { GETTIME = 265, GETRES = 266, SLEEP = 267, POLL = 309, FUTEX = 240, SIGWAIT = 177 };
enum { NOBODY = 99999, NONE = 99 }; /* numbers that no process and no file has */

static void *volatile nowhere = (void *)1;
static volatile sig_atomic_t caught;

static void catch (int signal)
{
    caught = caught * 100 + signal;
}

static pid_t pauses(void)
{
    pid_t child = fork();
    while (child == 0)
        pause();
    return child;
}

static unsigned end(pid_t child)
{
    int status = -1;
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return (unsigned)status;
}

/* ---- Clocks ---- */

static void clocks(void)
{
    int32_t time[2], now[2];
    say("clocks\n");
    for (int clock = -1; clock <= 7; clock++) {
        memset(time, 0xff, sizeof time);
        long result = syscall(GETRES, clock, time);
        if (clock == 4) /* CLOCK_MONOTONIC_RAW: not here */
            continue;
        say("  %d: %ld, errno %d, %s\n", clock, result, result ? errno : 0,
            time[0] == 0 && time[1] == 1                       ? "nanoseconds"
            : time[0] == 0 && time[1] >= 1e6 && time[1] <= 1e7 ? "ticks"
                                                               : "nothing");
    }
    TRY(syscall(GETRES, 0, NULL));
    TRY(syscall(GETRES, 99, NULL));
    TRY(syscall(GETRES, 0, nowhere));
    TRY(syscall(GETRES, 99, nowhere));
    TRY(syscall(GETTIME, CLOCK_PROCESS_CPUTIME_ID, now));
    TRY(syscall(GETTIME, CLOCK_THREAD_CPUTIME_ID, time));
    CHECK(now[0] == 0 && now[1] >= 0 && now[1] < 1000000000);
    TRY(syscall(GETTIME, 0, NULL));
    TRY(syscall(SYS_time, nowhere));
    TRY(syscall(SYS_times, nowhere));
    CHECK(times(NULL) > 0);
}

static void sleeps(void)
{
    const int32_t past[2] = {1, 0}, none[2] = {0, 0}, below[2] = {-1, 0}, odd[2] = {0, 1000000000};
    say("sleeps\n");
    TRY(syscall(SLEEP, CLOCK_REALTIME, TIMER_ABSTIME, past, NULL));
    TRY(syscall(SLEEP, CLOCK_MONOTONIC, TIMER_ABSTIME, none, nowhere));
    TRY(syscall(SLEEP, CLOCK_MONOTONIC, 0, none, NULL));
    TRY(syscall(SLEEP, CLOCK_MONOTONIC, 0, below, NULL));
    TRY(syscall(SLEEP, CLOCK_MONOTONIC, 0, odd, NULL));
    TRY(syscall(SLEEP, CLOCK_MONOTONIC, 0, NULL, NULL));
    TRY(syscall(SLEEP, 99, 0, NULL, NULL));
    TRY(syscall(SYS_nanosleep, below, NULL));
    TRY(syscall(SYS_nanosleep, odd, nowhere));
}

/* What is left of a sleep that was given up is not slept later. */
static void given_up(void)
{
    const struct timespec for_ever = {100000, 0}, short_time = {0, 1000000};
    struct timespec before, after;
    signal(SIGALRM, catch);
    ualarm(20000, 20000); /* again and again: the first may come before the sleep */
    TRY(nanosleep(&for_ever, NULL));
    ualarm(0, 0);
    clock_gettime(CLOCK_MONOTONIC, &before);
    TRY(nanosleep(&short_time, NULL));
    clock_gettime(CLOCK_MONOTONIC, &after);
    CHECK(after.tv_sec - before.tv_sec < 50000);
    signal(SIGALRM, SIG_DFL);
    caught = 0;
}

static void timers(void)
{
    struct itimerval timer = {{7, 0}, {900, 0}}, old = {{1, 1}, {1, 1}};
    say("timers\n");
    TRY(getitimer(ITIMER_REAL, &old));
    CHECK(old.it_value.tv_sec == 0 && old.it_value.tv_usec == 0 && old.it_interval.tv_sec == 0);
    TRY(setitimer(ITIMER_REAL, &timer, NULL));
    timer.it_value.tv_usec = 1000000;
    TRY(setitimer(ITIMER_REAL, &timer, NULL));
    timer.it_value.tv_usec = -1;
    TRY(setitimer(ITIMER_REAL, &timer, NULL));
    timer.it_value = (struct timeval){-1, 0};
    TRY(setitimer(ITIMER_REAL, &timer, NULL));
    timer.it_value = (struct timeval){1, 0};
    timer.it_interval.tv_usec = 1000000;
    TRY(setitimer(ITIMER_REAL, &timer, NULL));
    TRY(getitimer(ITIMER_REAL, &old));
    CHECK(old.it_value.tv_sec > 700 && old.it_value.tv_sec <= 900);
    CHECK(old.it_value.tv_usec >= 0 && old.it_interval.tv_sec == 7 && old.it_interval.tv_usec == 0);
    if (fork() == 0) {
        getitimer(ITIMER_REAL, &old); /* it is not for a child */
        _exit(old.it_value.tv_sec != 0);
    }
    int status;
    wait(&status);
    say("  %#x\n", (unsigned)status);
    TRY(alarm(0) > 700);
    TRY(alarm(0));
    TRY(syscall(SYS_getitimer, 99, &old));
    TRY(syscall(SYS_getitimer, ITIMER_REAL, nowhere));
    TRY(syscall(SYS_setitimer, 99, &old, NULL));
    TRY(syscall(SYS_setitimer, ITIMER_REAL, nowhere, NULL));
}

/* ---- Shares, limits, groups ---- */

static void shares(void)
{
    uint32_t cpus[32] = {0};
    pid_t child;
    say("shares\n");
    TRY(syscall(SYS_getpriority, PRIO_PROCESS, 0));
    TRY(syscall(SYS_setpriority, PRIO_PROCESS, 0, -5));
    TRY(syscall(SYS_getpriority, PRIO_PROCESS, getpid()) == 25);
    child = pauses();
    TRY(syscall(SYS_getpriority, PRIO_PROCESS, child) == 25);
    TRY(syscall(SYS_setpriority, PRIO_PROCESS, child, 100));
    TRY(syscall(SYS_getpriority, PRIO_PROCESS, child) == 1);
    TRY(syscall(SYS_setpriority, PRIO_PROCESS, child, -100));
    TRY(syscall(SYS_getpriority, PRIO_PROCESS, child) == 40);
    TRY(syscall(SYS_getpriority, PRIO_PROCESS, 0));
    TRY(syscall(SYS_sched_getaffinity, child, sizeof cpus, cpus) == 4);
    CHECK(cpus[0] & 1 && cpus[1] == 0);
    say("  %#x\n", end(child));
    TRY(syscall(SYS_setpriority, PRIO_PROCESS, 0, 0));
    TRY(syscall(SYS_setpriority, PRIO_PROCESS, NOBODY, 0));
    TRY(syscall(SYS_getpriority, PRIO_PROCESS, NOBODY));
    TRY(syscall(SYS_getpriority, 3, 0));
    TRY(syscall(SYS_setpriority, -1, 0, 0));
    cpus[0] = 0;
    TRY(syscall(SYS_sched_getaffinity, 0, 4, cpus));
    CHECK(cpus[0] & 1);
    TRY(syscall(SYS_sched_getaffinity, 0, 0, cpus));
    TRY(syscall(SYS_sched_getaffinity, 0, 6, cpus));
    TRY(syscall(SYS_sched_getaffinity, NOBODY, 6, cpus));
    TRY(syscall(SYS_sched_getaffinity, NOBODY, 4, cpus));
    TRY(syscall(SYS_sched_getaffinity, 0, 4, nowhere));
    TRY(syscall(SYS_sched_setaffinity, 0, 4, cpus));
    TRY(syscall(SYS_sched_setaffinity, 0, 0, cpus));
    TRY(syscall(SYS_sched_setaffinity, NOBODY, 4, nowhere));
    TRY(sched_yield());
}

static void tell_limit(int which)
{
    struct rlimit limit = {7, 7};
    int result = getrlimit(which, &limit);
    say("  %d: %d, %ld %ld\n", which, result, (long)limit.rlim_cur, (long)limit.rlim_max);
}

static void limits(void)
{
    struct rlimit limit = {4096, 8192};
    uint64_t wide[2] = {11, 22}, before[2] = {0, 0};
    say("limits\n");
    tell_limit(RLIMIT_STACK);
    tell_limit(RLIMIT_CPU);
    tell_limit(RLIMIT_FSIZE);
    TRY(setrlimit(RLIMIT_CPU, &limit));
    tell_limit(RLIMIT_CPU);
    TRY(syscall(SYS_prlimit64, 0, RLIMIT_CPU, wide, before));
    say("  %d %d\n", (int)before[0], (int)before[1]);
    TRY(syscall(SYS_prlimit64, getpid(), RLIMIT_CPU, NULL, before));
    say("  %d %d\n", (int)before[0], (int)before[1]);
    tell_limit(RLIMIT_CPU);
    wide[0] = 23;
    TRY(syscall(SYS_prlimit64, 0, RLIMIT_CPU, wide, NULL));
    TRY(syscall(SYS_prlimit64, 0, 16, NULL, before));
    TRY(syscall(SYS_prlimit64, 0, RLIMIT_CPU, nowhere, NULL));
    TRY(syscall(SYS_prlimit64, 0, RLIMIT_CPU, NULL, nowhere));
    TRY(syscall(SYS_prlimit64, 0, RLIMIT_FSIZE, NULL, before));
    CHECK(before[0] == UINT64_MAX && before[1] == UINT64_MAX);
    limit.rlim_cur = 8193;
    TRY(setrlimit(RLIMIT_DATA, &limit));
    TRY(syscall(SYS_setrlimit, 16, &limit));
    TRY(syscall(SYS_setrlimit, RLIMIT_DATA, nowhere));
    TRY(syscall(SYS_ugetrlimit, 16, &limit));
    TRY(syscall(SYS_ugetrlimit, RLIMIT_DATA, nowhere));
    TRY(syscall(SYS_getrusage, RUSAGE_SELF, nowhere));
    TRY(syscall(SYS_getrusage, 5, nowhere));
}

/* Whoever is named is meant. */
static void limits_of_a_child(void)
{
    uint64_t given[2] = {33, 44}, found[2] = {0, 0};
    say("limits of a child\n");
    pid_t child = fork();
    while (child == 0)
        pause();
    TRY(syscall(SYS_prlimit64, child, RLIMIT_CPU, given, NULL));
    TRY(syscall(SYS_prlimit64, child, RLIMIT_CPU, NULL, found));
    say("  %d %d\n", (int)found[0], (int)found[1]);
    tell_limit(RLIMIT_CPU);
    TRY(syscall(SYS_prlimit64, NOBODY, RLIMIT_CPU, given, NULL));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static void users(void)
{
    uint32_t ids[4] = {7, 7, 7, 7};
    say("users\n");
    TRY(syscall(SYS_getgroups32, 0, NULL));
    TRY(syscall(SYS_getgroups32, 4, ids));
    TRY(syscall(SYS_getgroups32, -1, ids));
    CHECK(ids[0] == 7);
    TRY(syscall(SYS_setgid32, 0));
    TRY(syscall(SYS_setgid32, -1));
    TRY(syscall(SYS_setuid32, 0));
    TRY(syscall(SYS_setuid32, -1));
    TRY(syscall(SYS_setgroups32, 0, NULL));
    TRY(syscall(SYS_setresuid32, -1, -1, -1));
    TRY(syscall(SYS_getresuid32, &ids[0], &ids[1], &ids[2]));
    say("  %d %d %d %d\n", (int)ids[0], (int)ids[1], (int)ids[2], (int)ids[3]);
    TRY(syscall(SYS_getresgid32, &ids[0], nowhere, &ids[2]));
    TRY(syscall(SYS_uname, nowhere));
}

/* ---- Processes ---- */

static void processes(void)
{
    pid_t child = pauses(), other = pauses();
    int status;
    say("processes\n");
    CHECK(getpgid(child) == getpgrp() && getsid(child) == getsid(0));
    TRY(getpgid(NOBODY));
    TRY(getsid(NOBODY));
    TRY(setpgid(child, child));
    TRY(setpgid(other, child));
    CHECK(getpgid(other) == child);
    TRY(setpgid(child, -1));
    TRY(setpgid(NOBODY, 0));
    TRY(setpgid(other, NOBODY));
    TRY(setpgid(getppid(), 0));
    TRY(kill(-child, 0));
    TRY(kill(-NOBODY, 0));
    TRY(kill(child, 0));
    TRY(kill(child, 65));
    TRY(kill(child, -1));
    TRY(syscall(SYS_tkill, child, 65));
    TRY(syscall(SYS_tkill, 0, 0));
    TRY(syscall(SYS_tkill, NOBODY, 0));
    TRY(syscall(SYS_tgkill, child, child, 0));
    TRY(syscall(SYS_tgkill, other, child, 0));
    TRY(syscall(SYS_tgkill, -1, child, 0));
    TRY(syscall(SYS_tgkill, child, 0, 0));
    TRY(waitpid(child, &status, WNOHANG));
    TRY(waitpid(child, &status, 0x100));
    TRY(waitpid(INT_MIN, &status, 0));
    TRY(waitpid(NOBODY, &status, 0));
    TRY(waitpid(-NOBODY, &status, 0));
    TRY(kill(-child, SIGTERM));
    CHECK(waitpid(other, &status, 0) == other && WTERMSIG(status) == SIGTERM);
    TRY(syscall(SYS_wait4, child, nowhere, 0, NULL));
    TRY(waitpid(-1, &status, 0)); /* it is gone all the same */
    child = pauses();
    kill(child, 64);
    CHECK(waitpid(0, &status, 0) == child);
    say("  %#x\n", (unsigned)status);
    child = pauses();
    kill(child, SIGSTOP);
    CHECK(waitpid(child, &status, WUNTRACED) == child);
    say("  %#x\n", (unsigned)status);
    TRY(waitpid(child, &status, WUNTRACED | WNOHANG));
    kill(child, SIGCONT);
    CHECK(waitpid(child, &status, WCONTINUED) == child);
    say("  %#x\n", (unsigned)status);
    TRY(waitpid(child, &status, WUNTRACED | WCONTINUED | WNOHANG));
    say("  %#x\n", end(child));
    CHECK(syscall(SYS_set_tid_address, NULL) == getpid());
}

/* ---- Waiting ---- */

static void waits(void)
{
    const int32_t none[2] = {0, 0}, odd[2] = {0, 1000000000};
    const uint32_t nothing[2] = {0, 0}, user1[2] = {1u << (SIGUSR1 - 1), 0};
    int32_t long_time[2] = {1000, 0}, short_time[2] = {0, 1000};
    struct pollfd files[4] = {{-1, POLLIN, 7}, {NONE, POLLIN, 0}, {0, POLLIN, 0}, {1, POLLOUT, 0}};
    struct pollfd end_of_pipe;
    sigset_t set;
    int ends[2];
    say("waits\n");
    TRY(syscall(POLL, files, 4, none, NULL, 0));
    say("  %#x %#x %#x %#x\n", files[0].revents, files[1].revents, files[2].revents,
        files[3].revents);
    TRY(syscall(POLL, files, 1, short_time, NULL, 0));
    say("  %d %d\n", (int)short_time[0], (int)short_time[1]);
    TRY(syscall(POLL, NULL, 0, none, NULL, 0));
    TRY(syscall(POLL, files, 4, odd, NULL, 0));
    TRY(syscall(POLL, files, 4, nowhere, NULL, 0));
    TRY(syscall(POLL, files, 4, none, nothing, 4));
    TRY(syscall(POLL, files, 4, none, nowhere, 8));
    TRY(syscall(POLL, nowhere, 4, none, NULL, 0));
    TRY(syscall(POLL, files, 1 << 30, none, NULL, 0));
    signal(SIGUSR1, catch);
    signal(SIGUSR2, catch);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    raise(SIGUSR2);
    TRY(pipe(ends));
    end_of_pipe = (struct pollfd){ends[0], POLLIN, 0};
    TRY(syscall(POLL, &end_of_pipe, 1, long_time, user1, 8)); /* only SIGUSR2 comes */
    say("  %d\n", (int)caught);
    CHECK(long_time[0] >= 900 && long_time[0] <= 1000);
    sigprocmask(SIG_BLOCK, NULL, &set);
    CHECK(sigismember(&set, SIGUSR1) && sigismember(&set, SIGUSR2));
    TRY(write(ends[1], "x", 1));
    TRY(syscall(POLL, &end_of_pipe, 1, long_time, nothing, 8)); /* a file first */
    say("  %#x, %d\n", end_of_pipe.revents, (int)caught);
    TRY(syscall(SIGWAIT, user1, NULL, none, 8));
    TRY(syscall(SIGWAIT, user1, NULL, none, 8));
    TRY(syscall(SIGWAIT, user1, NULL, odd, 8));
    TRY(syscall(SIGWAIT, user1, NULL, none, 4));
    TRY(syscall(SIGWAIT, nowhere, NULL, none, 8));
    TRY(syscall(SYS_rt_sigsuspend, nothing, 4));
    TRY(syscall(SYS_rt_sigsuspend, nowhere, 8));
    TRY(syscall(SYS_rt_sigpending, &set, 16));
    TRY(syscall(SYS_rt_sigpending, nowhere, 8));
    close(ends[0]);
    close(ends[1]);
}

static void watches(void)
{
    struct epoll_event event = {EPOLLIN, {.fd = 5}};
    int ends[2];
    say("watches\n");
    TRY(syscall(SYS_epoll_create, 0));
    TRY(syscall(SYS_epoll_create, -1));
    int first = (int)syscall(SYS_epoll_create, 1),
        second = (int)syscall(SYS_epoll_create1, 02000000 /* O_CLOEXEC */);
    CHECK(first >= 0 && second > first);
    TRY(syscall(SYS_epoll_create1, 1));
    TRY(pipe(ends));
    TRY(epoll_ctl(first, EPOLL_CTL_ADD, ends[0], &event));
    TRY(epoll_ctl(first, EPOLL_CTL_ADD, ends[0], &event));
    TRY(epoll_ctl(first, EPOLL_CTL_MOD, ends[1], &event));
    TRY(epoll_ctl(first, EPOLL_CTL_DEL, ends[1], NULL));
    TRY(epoll_ctl(first, EPOLL_CTL_ADD, NONE, &event));
    TRY(epoll_ctl(NONE, EPOLL_CTL_ADD, ends[0], &event));
    TRY(epoll_ctl(ends[1], EPOLL_CTL_ADD, ends[0], &event));
    TRY(epoll_ctl(first, EPOLL_CTL_ADD, first, &event));
    TRY(epoll_ctl(first, 9, ends[0], &event));
    TRY(epoll_ctl(first, EPOLL_CTL_ADD, ends[1], nowhere));
    TRY(epoll_wait(first, &event, 1, 0));
    TRY(write(ends[1], "x", 1));
    TRY(epoll_wait(first, &event, 1, -1));
    say("  %#x %d\n", (unsigned)event.events, event.data.fd);
    TRY(epoll_wait(first, &event, 0, 0));
    TRY(syscall(SYS_epoll_wait, first, &event, INT_MAX, 0));
    TRY(epoll_wait(NONE, &event, 1, 0));
    TRY(epoll_wait(ends[0], &event, 1, 0));
    TRY(epoll_wait(first, nowhere, 1, 0));
    TRY(epoll_ctl(first, EPOLL_CTL_DEL, ends[0], NULL));
    TRY(epoll_ctl(first, EPOLL_CTL_DEL, ends[0], NULL));
    TRY(epoll_wait(first, &event, 1, 0));
    TRY(read(first, &event, 1));
    close(first);
    close(second);
    close(ends[0]);
    close(ends[1]);
}

/* ---- Words that are waited for ---- */

static void words(void)
{
    const int32_t none[2] = {0, 0}, odd[2] = {0, -1}, past[2] = {1, 0};
    uint32_t word[2] = {5, 6};
    say("words\n");
    TRY(syscall(FUTEX, word, 0 /* WAIT */, 4, NULL));
    TRY(syscall(FUTEX, word, 0, 5, none));
    TRY(syscall(FUTEX, word, 128 /* PRIVATE */, 5, none));
    TRY(syscall(FUTEX, word, 0, 5, odd));
    TRY(syscall(FUTEX, word, 0, 5, nowhere));
    TRY(syscall(FUTEX, word, 9 /* WAIT_BITSET */, 5, past, NULL, -1));
    TRY(syscall(FUTEX, word, 9 | 256 /* by the clock on the wall */, 5, past, NULL, 1));
    TRY(syscall(FUTEX, word, 9, 5, past, NULL, 0));
    TRY(syscall(FUTEX, word, 9, 4, past, NULL, 1));
    TRY(syscall(FUTEX, word, 1 /* WAKE */, 1));
    TRY(syscall(FUTEX, word, 10 /* WAKE_BITSET */, 1, NULL, NULL, 0));
    TRY(syscall(FUTEX, word, 10, 1, NULL, NULL, 1));
    TRY(syscall(FUTEX, word, 3 /* REQUEUE */, 1, 1, word + 1, 0));
    TRY(syscall(FUTEX, word, 4 /* CMP_REQUEUE */, 1, 1, word + 1, 4));
    TRY(syscall(FUTEX, word, 4, 1, 1, word + 1, 5));
    TRY(syscall(FUTEX, word, 4, 1, 1, nowhere, 5));
    TRY(syscall(FUTEX, (char *)word + 1, 1, 1));
    TRY(syscall(FUTEX, NULL, 0, 0, none));
    TRY(syscall(FUTEX, word, 99, 1));
}

static uint32_t first_word, second_word;
static volatile int woken;

static void *waits_there(void *number)
{
    syscall(FUTEX, &first_word, 0, 0, NULL);
    woken = *(int *)number;
    return NULL;
}

/* Those who wait for one word come to wait for another, no more of them than asked for; who came
 * first is woken first. */
static void requeued(void)
{
    pthread_t threads[2];
    int numbers[] = {1, 2};
    say("requeued\n");
    for (int i = 0; i < 2; i++) {
        pthread_create(&threads[i], NULL, waits_there, &numbers[i]);
        while (syscall(FUTEX, &first_word, 3, 0, 1, &second_word) == 0)
            sched_yield(); /* it does not wait yet */
    }
    TRY(syscall(FUTEX, &first_word, 3, 0, 1, &second_word));
    TRY(syscall(FUTEX, &second_word, 3, 0, 1, &first_word));
    TRY(syscall(FUTEX, &second_word, 3, 0, 9, &first_word));
    TRY(syscall(FUTEX, &second_word, 3, 0, 9, &first_word));
    TRY(syscall(FUTEX, &first_word, 1, 1));
    while (woken == 0)
        sched_yield();
    say("  %d\n", (int)woken);
    TRY(syscall(FUTEX, &first_word, 1, 9));
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    say("  %d\n", (int)woken);
}

static void *waits_for_2(void *unused)
{
    syscall(FUTEX, &first_word, 9 /* WAIT_BITSET */, 0, NULL, NULL, 2);
    return unused;
}

static void by_bits(void)
{
    pthread_t thread;
    say("by bits\n");
    pthread_create(&thread, NULL, waits_for_2, NULL);
    while (syscall(FUTEX, &first_word, 3, 0, 1, &second_word) == 0)
        sched_yield();
    TRY(syscall(FUTEX, &second_word, 10 /* WAKE_BITSET */, 9, NULL, NULL, 5));
    TRY(syscall(FUTEX, &second_word, 10, 9, NULL, NULL, 6));
    pthread_join(thread, NULL);
}

int main(void)
{
    clocks();
    sleeps();
    given_up();
    timers();
    shares();
    limits();
    limits_of_a_child();
    users();
    processes();
    waits();
    watches();
    words();
    requeued();
    by_bits();
    return 0;
}
