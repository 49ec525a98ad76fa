/* time64.c: the calls whose seconds have 64 bits, by number; Go knows no others. */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include "say.h"

enum { SETTIME = 404, GETRES = 406, SLEEP = 407, UTIMES = 412, SELECT = 413, POLL = 414 };
enum { SIGWAIT = 421, FUTEX = 422, INTERVAL = 423 };

static void *volatile nowhere = (void *)1;

static int64_t time_of(int64_t *time)
{
    int64_t now[2] = {0, 0};
    syscall(403, CLOCK_REALTIME, now);
    return time ? *time = now[0] : now[0];
}

static void clocks(void)
{
    int64_t time[2] = {-1, -1}, before;
    TRY(syscall(GETRES, CLOCK_MONOTONIC, time));
    CHECK(time[0] == 0 && time[1] == 1);
    TRY(syscall(GETRES, 99, time));
    TRY(syscall(GETRES, 0, NULL));
    TRY(syscall(GETRES, 0, nowhere));
    time_of(&before);
    int64_t later[2] = {before + 1000, 0};
    TRY(syscall(SETTIME, CLOCK_REALTIME, later));
    CHECK(time_of(NULL) >= before + 1000 && time_of(NULL) < before + 1100);
    later[0] = before;
    TRY(syscall(SETTIME, CLOCK_REALTIME, later));
    CHECK(time_of(NULL) < before + 100);
    TRY(syscall(SETTIME, CLOCK_MONOTONIC, later));
    later[1] = 1000000000;
    TRY(syscall(SETTIME, CLOCK_REALTIME, later));
    TRY(syscall(SETTIME, CLOCK_REALTIME, nowhere));
}

static void sleeps(void)
{
    const int64_t none[2] = {0, 0}, short_time[2] = {0, 1000000}, past[2] = {1, 0};
    const int64_t below[2] = {-1, 0}, odd[2] = {0, 1000000000}, padded[2] = {0, 7LL << 32 | 1};
    TRY(syscall(SLEEP, CLOCK_MONOTONIC, 0, none, NULL));
    TRY(syscall(SLEEP, CLOCK_MONOTONIC, 0, short_time, nowhere));
    TRY(syscall(SLEEP, CLOCK_REALTIME, TIMER_ABSTIME, past, NULL));
    TRY(syscall(SLEEP, CLOCK_MONOTONIC, 0, below, NULL));
    TRY(syscall(SLEEP, CLOCK_MONOTONIC, 0, odd, NULL));
    TRY(syscall(SLEEP, CLOCK_MONOTONIC, 0, padded, NULL));
    TRY(syscall(SLEEP, 99, 0, none, NULL));
    TRY(syscall(SLEEP, CLOCK_MONOTONIC, 0, nowhere, NULL));
}

static void files(void)
{
    const int64_t times[4] = {1000, 0, 2000, 0}, odd[4] = {0, 1000000000, 0, 0};
    struct stat st;
    int fd = open("/tmp/time64", O_CREAT | O_RDWR, 0600);
    TRY(syscall(UTIMES, AT_FDCWD, "/tmp/time64", times, 0));
    fstat(fd, &st);
    CHECK(st.st_mtime == 2000);
    TRY(syscall(UTIMES, fd, NULL, times + 2, 0));
    TRY(syscall(UTIMES, AT_FDCWD, "/tmp/time64", odd, 0));
    TRY(syscall(UTIMES, AT_FDCWD, "/tmp/time64", nowhere, 0));
    TRY(syscall(UTIMES, AT_FDCWD, "/tmp/nothing", NULL, 0));
    unlink("/tmp/time64");
    close(fd);
}

static void waits(void)
{
    int64_t none[2] = {0, 0}, for_ever[2] = {1LL << 40, 0}, below[2] = {-1, 0};
    uint64_t set = 1ull << (SIGUSR1 - 1);
    uint32_t in = 0, word = 1;
    int ends[2];
    if (pipe(ends) != 0)
        exit(1);
    struct pollfd file = {ends[0], POLLIN, 0};
    in = 1u << ends[0];
    TRY(syscall(POLL, &file, 1, none, NULL, 8));
    TRY(syscall(SELECT, ends[0] + 1, &in, NULL, NULL, none, NULL));
    TRY(syscall(POLL, &file, 1, below, NULL, 8));
    TRY(syscall(SELECT, 0, NULL, NULL, NULL, below, NULL));
    if (write(ends[1], "x", 1) != 1)
        exit(1);
    in = 1u << ends[0];
    TRY(syscall(POLL, &file, 1, for_ever, NULL, 8));
    TRY(syscall(SELECT, ends[0] + 1, &in, NULL, NULL, for_ever, NULL));
    CHECK(for_ever[0] > 1000000);
    sigprocmask(SIG_BLOCK, (sigset_t *)&set, NULL);
    TRY(syscall(SIGWAIT, &set, NULL, none, 8));
    raise(SIGUSR1);
    TRY(syscall(SIGWAIT, &set, NULL, for_ever, 8));
    TRY(syscall(SIGWAIT, &set, NULL, below, 8));
    TRY(syscall(FUTEX, &word, 0, 2, for_ever, NULL, 0));
    TRY(syscall(FUTEX, &word, 0, 1, none, NULL, 0));
    TRY(syscall(FUTEX, &word, 9, 1, none, NULL, -1));
    TRY(syscall(FUTEX, &word, 0, 1, below, NULL, 0));
    TRY(syscall(FUTEX, &word, 1, 1, NULL, NULL, 0));
}

static void turns(void)
{
    struct sched_param priority = {0};
    int64_t turn[2] = {-1, -1};
    for (int policy = -1; policy < 8; policy++)
        say("%d: %ld to %ld\n", policy, syscall(SYS_sched_get_priority_min, policy),
            syscall(SYS_sched_get_priority_max, policy));
    TRY(syscall(SYS_sched_getscheduler, 0));
    TRY(syscall(SYS_sched_getscheduler, 99999));
    TRY(syscall(SYS_sched_getscheduler, -1));
    TRY(syscall(SYS_sched_setscheduler, 0, SCHED_BATCH, &priority));
    TRY(syscall(SYS_sched_getscheduler, 0));
    priority.sched_priority = 5;
    TRY(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &priority));
    TRY(syscall(SYS_sched_setscheduler, 0, SCHED_RR, &priority));
    priority.sched_priority = 0;
    TRY(syscall(SYS_sched_getparam, 0, &priority));
    say("priority %d\n", priority.sched_priority);
    TRY(syscall(INTERVAL, 0, turn));
    say("a turn: %d s, %d ns\n", (int)turn[0], (int)turn[1]);
    priority.sched_priority = 100;
    TRY(syscall(SYS_sched_setparam, 0, &priority));
    priority.sched_priority = 0;
    TRY(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &priority));
    TRY(syscall(SYS_sched_setscheduler, 0, 4, &priority));
    TRY(syscall(SYS_sched_setscheduler, 0, 77, &priority));
    TRY(syscall(SYS_sched_getparam, 0, NULL));
    TRY(syscall(SYS_sched_setparam, 0, NULL));
    TRY(syscall(INTERVAL, 99999, turn));
}

int main(void)
{
    struct utsname name;
    uname(&name);
    CHECK(atoi(name.release) > 5);
    clocks();
    sleeps();
    files();
    waits();
    turns();
    return 0;
}
