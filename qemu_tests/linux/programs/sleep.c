/* sleep.c: the time of day, and sleep that a signal ends early. */
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "say.h"

static volatile int seen;

static void handler(int number)
{
    seen = number;
}

static long long now_us(void)
{
    struct timeval now;
    gettimeofday(&now, NULL);
    return now.tv_sec * 1000000LL + now.tv_usec;
}

int main(void)
{
    struct timespec wanted = {0, 20000000};
    struct timespec long_time = {1000, 0};
    struct timespec left = {0, 0};
    int ends[2];
    long long before = now_us();
    TRY(nanosleep(&wanted, NULL));
    CHECK(now_us() - before >= 20000);
    signal(SIGUSR1, handler);
    if (pipe(ends))
        return 1;
    int sleeper = getpid();
    int child = fork();
    if (child == 0) {
        /* Again and again: the first may come before the sleep begins. */
        while (kill(sleeper, SIGUSR1) == 0 && read(ends[0], &left, 0) == 0 && getppid() == sleeper)
            nanosleep(&wanted, NULL);
        _exit(0);
    }
    TRY(nanosleep(&long_time, &left));
    CHECK(seen == SIGUSR1);
    CHECK(left.tv_sec > 900 && left.tv_sec <= 1000);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return 0;
}
