/* threads.c: threads with their own variables, a mutex, a condition, and what they return. */
#include <pthread.h>
#include <stdint.h>
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
    return 0;
}
