/* threads.c: threads with their own variables, a mutex, a condition, and what they return. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include "say.h"

#define THREADS 4
#define ROUNDS 2000

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static __thread int own = 7;
static int shared, turn, onces;

static void first_time(void)
{
    onces++;
}

static void *count(void *argument)
{
    pthread_once(&once, first_time);
    for (int i = 0; i < ROUNDS; i++) {
        own++;
        pthread_mutex_lock(&mutex);
        shared++;
        pthread_mutex_unlock(&mutex);
    }
    return (void *)((intptr_t)argument * 100 + own);
}

/* Threads take turns, so that each has to wait for the one before. */
static void *take_turns(void *argument)
{
    for (int round = 0; round < 3; round++) {
        pthread_mutex_lock(&mutex);
        while (turn % THREADS != (intptr_t)argument)
            pthread_cond_wait(&changed, &mutex);
        say("round %d: thread %d\n", round, (int)(intptr_t)argument);
        turn++;
        pthread_cond_broadcast(&changed);
        pthread_mutex_unlock(&mutex);
    }
    pthread_exit((void *)1);
}

static void run_all(void *(*function)(void *))
{
    pthread_t threads[THREADS];
    void *results[THREADS];
    for (intptr_t i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, function, (void *)i))
            say("pthread_create failed\n");
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], &results[i]);
    for (int i = 0; i < THREADS; i++)
        say("thread %d gave %d\n", i, (int)(intptr_t)results[i]);
}

static void *give_pid(void *argument)
{
    (void)argument;
    return (void *)(intptr_t)(getpid() != gettid() ? getpid() : -1);
}

static void *open_one(void *argument)
{
    return (void *)(intptr_t)open(argument, O_RDONLY);
}

static volatile int taken_by;

static void handler(int number)
{
    (void)number;
    taken_by = gettid();
}

/* The only one that does not block it takes what is sent to the process. */
static void *take_signal(void *argument)
{
    sigset_t none;
    (void)argument;
    sigemptyset(&none);
    while (!taken_by)
        sigsuspend(&none);
    return (void *)(intptr_t)gettid();
}

static void *wait_for_ever(void *argument)
{
    for (;;)
        pause();
    return argument;
}

static void files_and_signals(void)
{
    struct sigaction action;
    pthread_t thread;
    sigset_t blocked;
    void *result;
    pthread_create(&thread, NULL, open_one, "/dev/null");
    pthread_join(thread, &result);
    TRY(fcntl((int)(intptr_t)result, F_GETFD));
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    sigaction(SIGUSR1, &action, NULL);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    pthread_create(&thread, NULL, take_signal, NULL);
    kill(getpid(), SIGUSR1);
    pthread_join(thread, &result);
    CHECK(taken_by == (intptr_t)result && taken_by != getpid());
}

int main(void)
{
    pthread_t thread;
    void *pid;
    run_all(count);
    say("shared %d, own %d, once %d\n", shared, own, onces);
    run_all(take_turns);
    pthread_create(&thread, NULL, give_pid, NULL);
    pthread_join(thread, &pid);
    CHECK((intptr_t)pid == getpid() && getpid() == gettid());
    files_and_signals();
    pthread_create(&thread, NULL, wait_for_ever, NULL); /* it ends with the process */
    return 0;
}
