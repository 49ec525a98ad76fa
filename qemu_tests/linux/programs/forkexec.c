/* forkexec.c: processes are made, become other programs, end, and are waited for. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"

static char *self;
static int variable = 1;

static void show_status(const char *what, int status)
{
    if (WIFEXITED(status))
        say("%s: exit %d\n", what, WEXITSTATUS(status));
    else if (WIFSIGNALED(status))
        say("%s: signal %d\n", what, WTERMSIG(status));
    else
        say("%s: stopped %d\n", what, WIFSTOPPED(status) ? WSTOPSIG(status) : 0);
}

static int wait_status(int child)
{
    int status = 0;
    if (waitpid(child, &status, 0) != child)
        say("waitpid failed, errno %d\n", errno);
    return status;
}

static void exits_and_signals(void)
{
    int child = fork();
    if (child == 0) {
        variable = 2;
        _exit(variable + 40);
    }
    show_status("fork", wait_status(child));
    CHECK(variable == 1);
    child = fork();
    if (child == 0)
        for (;;)
            pause();
    TRY(waitpid(child, NULL, WNOHANG));
    kill(child, SIGTERM);
    show_status("killed", wait_status(child));
    child = vfork();
    if (child == 0)
        _exit(6);
    show_status("vfork", wait_status(child));
}

static void stop_and_continue(void)
{
    int status;
    int child = fork();
    if (child == 0) {
        kill(getpid(), SIGSTOP);
        _exit(8);
    }
    waitpid(child, &status, WUNTRACED);
    show_status("SIGSTOP", status);
    TRY(waitpid(child, &status, WUNTRACED | WNOHANG)); /* it is told once */
    kill(child, SIGCONT);
    show_status("SIGCONT", wait_status(child));
}

static void handler(int number)
{
    (void)number;
}

/* What this program has of what the one before has done with its signals. */
static void show_signals(const char *what)
{
    const int numbers[] = {SIGHUP, SIGUSR1, SIGUSR2, SIGTERM};
    sigset_t mask, pending;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    sigpending(&pending);
    for (unsigned int i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction action;
        sigaction(numbers[i], NULL, &action);
        say("%s, signal %d: handler %s, blocked %d, pending %d\n", what, numbers[i],
            action.sa_handler == SIG_DFL   ? "none"
            : action.sa_handler == SIG_IGN ? "SIG_IGN"
                                           : "some",
            sigismember(&mask, numbers[i]), sigismember(&pending, numbers[i]));
    }
}

static void inherited_signals(void)
{
    char *arguments[] = {self, "signals", NULL};
    sigset_t two, before;
    signal(SIGUSR1, handler);
    signal(SIGUSR2, SIG_IGN);
    sigemptyset(&two);
    sigaddset(&two, SIGHUP);
    sigaddset(&two, SIGTERM);
    sigprocmask(SIG_BLOCK, &two, &before);
    kill(getpid(), SIGHUP);
    int child = fork();
    if (child == 0) {
        show_signals("after fork");
        kill(getpid(), SIGTERM);
        execve(self, arguments, NULL);
        _exit(1);
    }
    show_status("signals", wait_status(child));
    signal(SIGHUP, SIG_IGN); /* what has come is forgotten */
    signal(SIGHUP, SIG_DFL);
    signal(SIGUSR1, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

/* Whoever ignores SIGCHLD has nothing to wait for in the end. */
static void unwanted(void)
{
    signal(SIGCHLD, SIG_IGN);
    int child = fork();
    if (child == 0)
        _exit(3);
    TRY(waitpid(child, NULL, 0));
    signal(SIGCHLD, SIG_DFL);
}

static void exec_in_child(void)
{
    int ends[2];
    char text[64] = "";
    int length = 0;
    char *arguments[] = {self, "child", "two words", NULL};
    char *variables[] = {"GREETING=hello", NULL};
    TRY(pipe(ends));
    int child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        fcntl(ends[0], F_SETFD, FD_CLOEXEC);
        close(ends[1]);
        execve(self, arguments, variables);
        _exit(1);
    }
    close(ends[1]);
    for (int got; (got = read(ends[0], text + length, sizeof text - 1 - length)) > 0;)
        length += got;
    say("from the child: %s", text);
    show_status("exec", wait_status(child));
}

static void failures(void)
{
    char *arguments[] = {"none", NULL};
    TRY(execve("/none", arguments, NULL));
    TRY(execve("/tmp", arguments, NULL));
    TRY(execve("/tests/list", arguments, NULL));
    TRY(waitpid(-1, NULL, 0));
    TRY(waitpid(1, NULL, 0));
    TRY(kill(getpid(), 99));
    TRY(kill(0x7fffffff, 0));
    TRY(kill(getpid(), 0));
}

static void orphan(void)
{
    int ends[2];
    char byte;
    TRY(pipe(ends));
    int parent = fork();
    if (parent == 0) {
        if (fork() == 0) {
            while (getppid() != 1)
                sched_yield();
            _exit(write(ends[1], "x", 1) != 1);
        }
        _exit(0);
    }
    show_status("parent of the orphan", wait_status(parent));
    TRY(read(ends[0], &byte, 1));
}

int main(int argc, char **argv)
{
    self = argv[0];
    if (argc == 3) {
        say("%s %s %s", argv[1], argv[2], getenv("GREETING"));
        say(", pipe closed: %d\n", fcntl(3, F_GETFD) == -1 || fcntl(4, F_GETFD) == -1);
        return 9;
    }
    if (argc == 2) {
        show_signals("after exec");
        return 10;
    }
    exits_and_signals();
    stop_and_continue();
    inherited_signals();
    unwanted();
    exec_in_child();
    failures();
    orphan();
    return 0;
}
