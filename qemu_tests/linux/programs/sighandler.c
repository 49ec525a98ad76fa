/* sighandler.c: handlers and their flags; what is blocked while one runs. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"

static volatile int calls, depth, deepest;

static void count(int number)
{
    calls++;
    depth++;
    if (depth > deepest)
        deepest = depth;
    if (calls == 1)
        kill(getpid(), number);
    depth--;
}

static void install(int number, void (*handler)(int), int flags, int also_blocked)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigemptyset(&action.sa_mask);
    if (also_blocked)
        sigaddset(&action.sa_mask, also_blocked);
    sigaction(number, &action, NULL);
}

static void raise_once(const char *what, int number)
{
    calls = depth = deepest = 0;
    kill(getpid(), number);
    say("%s: %d calls, %d deep\n", what, calls, deepest);
}

static void raise_other(int number)
{
    (void)number;
    kill(getpid(), SIGUSR2);
    say("in the first handler: %d calls of the second\n", calls);
}

static int status_of_child(int number)
{
    int status = 0;
    int child = fork();
    if (child == 0) {
        kill(getpid(), number);
        _exit(5);
    }
    waitpid(child, &status, 0);
    return status & 0xff7f; /* not whether there is a core file */
}

int main(void)
{
    struct sigaction old;
    install(SIGUSR1, count, 0, 0);
    raise_once("blocked while it runs", SIGUSR1);
    install(SIGUSR1, count, SA_NODEFER, 0);
    raise_once("SA_NODEFER", SIGUSR1);

    install(SIGUSR2, count, 0, 0);
    install(SIGUSR1, raise_other, 0, SIGUSR2);
    calls = 1;
    kill(getpid(), SIGUSR1);
    say("after it: %d calls\n", calls);

    calls = 1;
    install(SIGUSR1, count, SA_RESETHAND, 0);
    kill(getpid(), SIGUSR1);
    sigaction(SIGUSR1, NULL, &old);
    CHECK(calls == 2 && old.sa_handler == SIG_DFL);
    install(SIGUSR1, SIG_IGN, 0, 0);
    say("ignored: status %#x\n", status_of_child(SIGUSR1));
    say("SIGTERM: status %#x\n", status_of_child(SIGTERM));
    say("SIGKILL: status %#x\n", status_of_child(SIGKILL));
    say("SIGABRT: status %#x\n", status_of_child(SIGABRT));
    say("SIGCHLD: status %#x\n", status_of_child(SIGCHLD));
    install(SIGTERM, count, 0, 0);
    calls = 1;
    say("handled: status %#x\n", status_of_child(SIGTERM));
    return 0;
}
