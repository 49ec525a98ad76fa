/* sigrestart.c: a read that waits is interrupted, or goes on after the handler with SA_RESTART. */
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
#include "say.h"

static volatile int left; /* calls of the handler until there is something to read */
static int pipe_ends[2];

static void handler(int number)
{
    (void)number;
    if (left > 0 && --left == 0 && write(pipe_ends[1], "late", 4) != 4)
        _exit(1);
}

static void install(int flags)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigaction(SIGALRM, &action, NULL);
}

int main(void)
{
    /* Again and again: a signal that comes before its call waits is followed by another. */
    struct itimerval value = {{0, 20000}, {0, 20000}};
    char text[8] = "";
    if (pipe(pipe_ends))
        return 1;
    install(0);
    setitimer(ITIMER_REAL, &value, NULL);
    TRY(read(pipe_ends[0], text, sizeof text));
    left = 4;
    install(SA_RESTART);
    TRY(read(pipe_ends[0], text, sizeof text));
    say("got %s after %d more\n", text, left);
    install(0);
    TRY(pause());
    return 0;
}
