/* owners.c: locks whose words have their owners' numbers, and what becomes of them when he ends. */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "say.h"

enum { LOCK = 6, UNLOCK = 7, TRYLOCK = 8, LOCK2 = 13 };
#define WAITERS 0x80000000u
#define DIED 0x40000000u

static uint32_t *word;

static long futex(int operation, const struct timespec *timeout)
{
    return syscall(SYS_futex, word, operation, 0, timeout, NULL, 0);
}

static void alone(void)
{
    const int32_t past[2] = {1, 0};
    TRY(futex(LOCK, NULL));
    CHECK(*word == (uint32_t)getpid());
    TRY(futex(LOCK, NULL));
    TRY(futex(TRYLOCK, NULL));
    TRY(futex(UNLOCK, NULL));
    CHECK(*word == 0);
    TRY(futex(UNLOCK, NULL));
    TRY(futex(TRYLOCK, NULL));
    if (fork() == 0) {
        TRY(futex(TRYLOCK, NULL));
        TRY(futex(UNLOCK, NULL));
        TRY(syscall(SYS_futex, word, LOCK, 0, past, NULL, 0));
        _exit(0);
    }
    wait(NULL);
    CHECK((*word & ~WAITERS) == (uint32_t)getpid());
    TRY(futex(UNLOCK, NULL));
    *word = 99999;
    TRY(futex(LOCK, NULL));
    *word = 0;
}

static void handed_over(void)
{
    volatile uint32_t *told = word + 1; /* the parent has printed its line: it is the first */
    futex(LOCK, NULL);
    pid_t child = fork();
    if (child == 0) {
        int locked = (int)futex(LOCK, NULL);
        while (*told == 0)
            usleep(1000);
        say_result("futex(LOCK, NULL)", locked, errno);
        CHECK((*word & ~WAITERS) == (uint32_t)getpid());
        TRY(futex(UNLOCK, NULL));
        _exit(0);
    }
    while ((*(volatile uint32_t *)word & WAITERS) == 0)
        usleep(1000);
    usleep(50000);
    TRY(futex(UNLOCK, NULL));
    *told = 1;
    wait(NULL);
    CHECK(*word == 0);
}

/* The owner ends while somebody waits, without any list of his locks. */
static void left_behind(void)
{
    pid_t child = fork();
    if (child == 0) {
        futex(LOCK, NULL);
        while ((*(volatile uint32_t *)word & WAITERS) == 0)
            usleep(1000);
        usleep(50000);
        _exit(0);
    }
    while (*(volatile uint32_t *)word == 0)
        usleep(1000);
    TRY(futex(LOCK, NULL));
    CHECK((*word & ~WAITERS) == ((uint32_t)getpid() | DIED));
    wait(NULL);
    TRY(futex(UNLOCK, NULL));
}

static pthread_mutex_t *mutex;
static volatile int *taken; /* the child has it */

static void *take(void *unused)
{
    pthread_mutex_lock(mutex);
    return unused;
}

static void robust(int protocol)
{
    pthread_mutexattr_t kind;
    pthread_t thread;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED);
    TRY(pthread_mutexattr_setprotocol(&kind, protocol));
    TRY(pthread_mutex_init(mutex, &kind));
    pthread_create(&thread, NULL, take, NULL);
    pthread_join(thread, NULL);
    CHECK(pthread_mutex_lock(mutex) == EOWNERDEAD);
    TRY(pthread_mutex_consistent(mutex));
    TRY(pthread_mutex_unlock(mutex));
    *taken = 0;
    pid_t child = fork();
    if (child == 0) {
        pthread_mutex_lock(mutex);
        *taken = 1;
        usleep(50000);
        _exit(0);
    }
    while (!*taken)
        usleep(1000);
    CHECK(pthread_mutex_lock(mutex) == EOWNERDEAD);
    TRY(pthread_mutex_unlock(mutex));
    CHECK(pthread_mutex_lock(mutex) == ENOTRECOVERABLE);
    waitpid(child, NULL, 0);
}

static void *count(void *sum)
{
    for (int i = 0; i < 1000; i++) {
        pthread_mutex_lock(mutex);
        ++*(volatile int *)sum;
        pthread_mutex_unlock(mutex);
    }
    return NULL;
}

static void inherited(void)
{
    pthread_mutexattr_t kind;
    pthread_t threads[4];
    int sum = 0;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_setprotocol(&kind, PTHREAD_PRIO_INHERIT);
    TRY(pthread_mutex_init(mutex, &kind));
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, count, &sum);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    say("%d\n", sum);
}

int main(void)
{
    word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    mutex = (pthread_mutex_t *)(word + 64);
    taken = (volatile int *)(word + 128);
    alone();
    handed_over();
    left_behind();
    robust(PTHREAD_PRIO_NONE);
    robust(PTHREAD_PRIO_INHERIT);
    inherited();
    TRY(syscall(SYS_set_robust_list, word, 12));
    TRY(syscall(SYS_set_robust_list, word, 11));
    return 0;
}
