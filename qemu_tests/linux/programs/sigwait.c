/* sigwait.c: signals that are taken without a handler, and those that carry a value. */

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static sigset_t set;

static void *take_one(void *result)
{
    sigwait(&set, result);
    return NULL;
}

static void queued(void)
{
    siginfo_t info;
    struct timespec none = {0, 0};

    sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 11});
    sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 22});
    kill(getpid(), SIGUSR1);
    for (int i = 0; i < 3; i++) {
        int signal = sigtimedwait(&set, &info, &none);
        printf("%d code %d", signal == SIGUSR1 ? 1 : 2, info.si_code);
        printf(" value %d pid %d\n", signal == SIGUSR1 ? 0 : info.si_value.sival_int,
               info.si_pid == getpid());
    }
    printf("none %d\n", sigtimedwait(&set, &info, &none) == -1 && errno == EAGAIN);
    none.tv_nsec = 20000000;
    printf("late %d\n", sigtimedwait(&set, NULL, &none) == -1 && errno == EAGAIN);
}

/* A signal that would be ignored is not while somebody waits for it. */
static void children(void)
{
    siginfo_t info;
    pid_t child = fork();

    if (child == 0) {
        usleep(20000);
        _exit(3);
    }
    printf("child %d", sigwaitinfo(&set, &info) == SIGCHLD);
    printf(" its own %d, code %d, status %d\n", info.si_pid == child, info.si_code, info.si_status);
    waitpid(child, NULL, 0);
}

static void nothing(int signal)
{
    (void)signal;
}

static void interrupted(void)
{
    signal(SIGALRM, nothing);
    ualarm(20000, 20000); /* again and again: the first may come before it is waited for */
    /* musl would wait on */
    printf("interrupted %d\n",
           syscall(SYS_rt_sigtimedwait, &set, NULL, NULL, 8) == -1 && errno == EINTR);
    ualarm(0, 0);
}

static void in_a_thread(void)
{
    pthread_t thread;
    int taken = 0;

    pthread_create(&thread, NULL, take_one, &taken);
    usleep(20000);
    kill(getpid(), SIGUSR2);
    pthread_join(thread, NULL);
    printf("thread %d\n", taken == SIGUSR2);
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGRTMIN + 1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    queued();
    children();
    interrupted();
    in_a_thread();
    return 0;
}
