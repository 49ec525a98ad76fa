/* alarm.c: timers that send a signal: once, again and again, and not any more. */
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
#include "say.h"

static volatile int calls;
static sigset_t none;

static void handler(int number)
{
    (void)number;
    calls++;
}

static void install(int number)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    sigaction(number, &action, NULL);
}

/* SIGALRM is blocked but in here, so that it cannot come before it is waited for. */
static void wait_for_calls(int wanted)
{
    calls = 0;
    while (calls < wanted)
        sigsuspend(&none);
    say("%d calls\n", calls);
}

/* What has come unasked, because the machine was slow, is forgotten. */
static void forget(void)
{
    signal(SIGALRM, SIG_IGN);
    install(SIGALRM);
}

static void timer(int first_ms, int next_ms)
{
    struct itimerval value = {{0, next_ms * 1000}, {0, first_ms * 1000}};
    TRY(setitimer(ITIMER_REAL, &value, NULL));
}

/* Time in which the program has a CPU. */
static void of_the_cpu(int which, int number)
{
    struct itimerval value = {{0, 10000}, {0, 10000}}, left;
    install(number);
    calls = 0;
    TRY(setitimer(which, &value, NULL));
    while (calls < 3)
        ;
    value.it_value.tv_sec = 100;
    TRY(setitimer(which, &value, &left));
    CHECK(left.it_value.tv_sec == 0 && left.it_value.tv_usec <= 10000);
    CHECK(left.it_interval.tv_sec == 0 && left.it_interval.tv_usec == 10000);
    timer(300, 0);
    wait_for_calls(1); /* meanwhile it has none */
    TRY(getitimer(which, &left));
    CHECK(left.it_value.tv_sec * 1000 + left.it_value.tv_usec / 1000 > 100010 - 150);
    value.it_value.tv_sec = value.it_value.tv_usec = 0;
    TRY(setitimer(which, &value, NULL));
    TRY(getitimer(which, &left));
    CHECK(left.it_value.tv_sec == 0 && left.it_value.tv_usec == 0);
}

int main(void)
{
    struct itimerval left;
    sigset_t blocked;
    sigemptyset(&none);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGALRM);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    install(SIGALRM);
    timer(10, 0);
    wait_for_calls(1);
    timer(10, 10);
    wait_for_calls(4);
    timer(0, 0);
    forget();
    TRY(getitimer(ITIMER_REAL, &left));
    CHECK(left.it_value.tv_sec == 0 && left.it_value.tv_usec == 0);
    TRY(alarm(1));
    wait_for_calls(1);
    TRY(alarm(100));
    CHECK(alarm(0) > 90);
    TRY(alarm(0));
    of_the_cpu(ITIMER_VIRTUAL, SIGVTALRM);
    of_the_cpu(ITIMER_PROF, SIGPROF);
    TRY(getitimer(3, &left));
    TRY(setitimer(-1, &left, NULL));
    return 0;
}
