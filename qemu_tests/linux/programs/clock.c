/* clock.c: clocks go forward only and agree; sleep lasts at least as long as it was told. */
#include <time.h>
#include <sys/time.h>
#include "say.h"

#define READINGS 20000

static long long now_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int backwards(clockid_t clock)
{
    int count = 0;
    long long before = now_ns(clock);
    for (int i = 0; i < READINGS; i++) {
        long long now = now_ns(clock);
        count += now < before;
        before = now;
    }
    return count;
}

static void slept(int milliseconds)
{
    struct timespec wanted = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    long long before = now_ns(CLOCK_MONOTONIC);
    int result = nanosleep(&wanted, NULL);
    long long passed = now_ns(CLOCK_MONOTONIC) - before;
    say("nanosleep %d ms = %d, too short: %d\n", milliseconds, result,
        passed < milliseconds * 1000000LL);
}

int main(void)
{
    struct timespec now;
    struct timeval of_day;
    say("monotonic went backwards: %d\n", backwards(CLOCK_MONOTONIC));
    say("realtime went backwards: %d\n", backwards(CLOCK_REALTIME));
    TRY(clock_gettime(CLOCK_REALTIME, &now));
    CHECK(now.tv_nsec >= 0 && now.tv_nsec < 1000000000);
    gettimeofday(&of_day, NULL);
    CHECK(of_day.tv_sec >= now.tv_sec && of_day.tv_sec <= now.tv_sec + 2);
    CHECK(time(NULL) >= of_day.tv_sec && time(NULL) <= of_day.tv_sec + 2);
    slept(0);
    slept(1);
    slept(30);
    TRY(clock_gettime(999, &now));
    const clockid_t of_process = -6, of_thread = -2, of_none = -1; /* clock_getcpuclockid() */
    TRY(clock_gettime(of_process, &now));
    TRY(clock_gettime(of_thread, &now));
    TRY(clock_gettime(of_none, &now));
    TRY(clock_getres(of_process, &now));
    struct timespec wrong = {0, 1000000000};
    TRY(nanosleep(&wrong, NULL));
    return 0;
}
