/* sigmask.c: blocked signals wait, come once, the lowest number first; sigsuspend lets them in. */
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "say.h"

static void handler(int number)
{
    say("handler of %d\n", number);
}

static void show_mask(const char *what)
{
    sigset_t mask;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    say("%s: blocked", what);
    for (int number = 1; number < 32; number++)
        if (sigismember(&mask, number))
            say(" %d", number);
    say("\n");
}

static sigset_t set_of(int first, int second)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, first);
    sigaddset(&set, second);
    return set;
}

/* A stop and a continue that wait for each other's end: the later one counts. */
static void take_back(void)
{
    const sigset_t both = set_of(SIGTSTP, SIGCONT);
    sigset_t pending;
    sigprocmask(SIG_BLOCK, &both, NULL);
    kill(getpid(), SIGTSTP);
    kill(getpid(), SIGCONT);
    sigpending(&pending);
    CHECK(!sigismember(&pending, SIGTSTP) && sigismember(&pending, SIGCONT));
    kill(getpid(), SIGTSTP);
    sigpending(&pending);
    CHECK(sigismember(&pending, SIGTSTP) && !sigismember(&pending, SIGCONT));
}

int main(void)
{
    struct sigaction action;
    sigset_t old, pending;
    sigset_t both = set_of(SIGUSR1, SIGHUP);
    sigset_t kill_and_stop = set_of(SIGKILL, SIGSTOP);
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    TRY(sigprocmask(SIG_BLOCK, &both, &old));
    TRY(sigprocmask(SIG_BLOCK, &kill_and_stop, NULL));
    show_mask("after SIG_BLOCK");
    for (int i = 0; i < 3; i++) {
        kill(getpid(), SIGUSR1);
        kill(getpid(), SIGHUP);
    }
    sigpending(&pending);
    CHECK(sigismember(&pending, SIGUSR1) && sigismember(&pending, SIGHUP));
    TRY(sigsuspend(&old));
    show_mask("after sigsuspend");
    TRY(sigpending(&pending));
    CHECK(!sigismember(&pending, SIGUSR1) && !sigismember(&pending, SIGHUP));
    kill(getpid(), SIGUSR1);
    say("still blocked\n");
    TRY(sigprocmask(SIG_UNBLOCK, &both, NULL));
    show_mask("after SIG_UNBLOCK");
    TRY(sigprocmask(77, &both, NULL));
    take_back();
    return 0;
}
