/* families.c: children that stop, end and are left behind; what another program begins with. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"

enum { READ_END = 3 }; /* of the pipe that another program is handed */

static char *self;
static sigset_t chld;

static pid_t pauses(void)
{
    pid_t child = fork();
    while (child == 0)
        pause();
    return child;
}

static unsigned status_of(pid_t pid)
{
    int status = -1;
    waitpid(pid, &status, 0);
    return (unsigned)status;
}

/* ---- Told of children ---- */

static void news(pid_t child, int signal)
{
    siginfo_t info;
    kill(child, signal);
    sigwaitinfo(&chld, &info); /* SIGCHLD: it has happened */
    say("  sent %d: code %d, status %d, its own %d\n", signal, info.si_code, info.si_status,
        info.si_pid == child);
}

static int asked(pid_t child, int options)
{
    int status = 0, found = waitpid(child, &status, options | WNOHANG);
    return found == child ? status : found;
}

static void stops(void)
{
    pid_t child = pauses();
    say("stops\n");
    news(child, SIGSTOP);
    news(child, SIGCONT);
    say("  stopped %#x\n", asked(child, WUNTRACED)); /* no more */
    say("  continued %#x\n", asked(child, WCONTINUED));
    news(child, SIGSTOP);
    news(child, SIGCONT);
    news(child, SIGSTOP);
    say("  continued %#x\n", asked(child, WCONTINUED)); /* no more */
    say("  stopped %#x\n", asked(child, WUNTRACED));
    say("  again %#x\n", asked(child, WUNTRACED | WCONTINUED));
    news(child, SIGKILL);
    say("  ended %#x\n", status_of(child));
}

static void nothing(int signal)
{
    say("  signal %d\n", signal);
}

/* Of stop and continue the one that came last is pending. */
static void takes_back(void)
{
    sigset_t both, found;
    say("takes back\n");
    sigemptyset(&both);
    sigaddset(&both, SIGTSTP);
    sigaddset(&both, SIGCONT);
    signal(SIGTSTP, nothing);
    signal(SIGCONT, nothing);
    sigprocmask(SIG_BLOCK, &both, NULL);
    for (int i = 0; i < 3; i++) {
        raise(i % 2 ? SIGCONT : SIGTSTP);
        sigpending(&found);
        say("  %d %d\n", sigismember(&found, SIGTSTP), sigismember(&found, SIGCONT));
    }
    sigprocmask(SIG_UNBLOCK, &both, NULL);
    signal(SIGTSTP, SIG_DFL);
    signal(SIGCONT, SIG_DFL);
}

/* Children that nobody wants to know of. */
static void unwanted(void)
{
    static const int flags[] = {SA_NOCLDWAIT, SA_NOCLDSTOP};
    struct sigaction action;
    sigset_t found;
    int status;
    say("unwanted\n");
    for (int i = 0; i < 2; i++) {
        memset(&action, 0, sizeof action);
        action.sa_handler = nothing;
        action.sa_flags = flags[i];
        sigaction(SIGCHLD, &action, NULL);
        pid_t child = pauses();
        kill(child, SIGSTOP);
        TRY(waitpid(child, &status, WUNTRACED) == child);
        sigpending(&found);
        say("  told of a stop %d\n", sigismember(&found, SIGCHLD));
        kill(child, SIGKILL);
        TRY(waitpid(child, &status, 0) == child);
        sigpending(&found);
        say("  told of an end %d\n", sigismember(&found, SIGCHLD));
        signal(SIGCHLD, SIG_DFL); /* and what is pending goes */
    }
}

/* Its parent ends, and then process 1 is its parent. */
static void left_behind(void)
{
    int ends[2], answer = 0;
    say("left behind\n");
    TRY(pipe(ends));
    if (fork() == 0) {
        const pid_t parent = getpid();
        if (fork() != 0)
            _exit(0);
        while (getppid() == parent)
            sched_yield();
        answer = getppid();
        if (write(ends[1], &answer, sizeof answer) < 0)
            say("not told\n");
        _exit(0);
    }
    wait(NULL);
    TRY(read(ends[0], &answer, sizeof answer));
    CHECK(answer == 1);
    close(ends[0]);
    close(ends[1]);
}

/* A child that sends no SIGCHLD is not waited for like others. */
static void clones(void)
{
    int status = 0;
    say("clones\n");
    pid_t child = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
    if (child == 0)
        _exit(5);
    TRY(waitpid(child, &status, 0));
    TRY(waitpid(child, &status, 0x40000000 /* __WALL */) == child);
    say("  %#x\n", (unsigned)status);
    child = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
    if (child == 0)
        _exit(6);
    TRY(waitpid(-1, &status, (int)0x80000000 /* __WCLONE */) == child);
    say("  %#x\n", (unsigned)status);
    child = (pid_t)syscall(SYS_clone, CLONE_VFORK, 0, 0, 0, 0);
    if (child == 0) {
        execl(self, self, "plain", NULL);
        _exit(9);
    }
    TRY(waitpid(child, &status, 0) == child); /* another program is a child like others */
    say("  %#x\n", (unsigned)status);
    TRY(syscall(SYS_clone, CLONE_THREAD, 0, 0, 0, 0));
    TRY(syscall(SYS_clone, CLONE_SIGHAND, 0, 0, 0, 0));
    TRY(syscall(SYS_clone, CLONE_NEWNS | CLONE_FS, 0, 0, 0, 0));
    TRY(syscall(SYS_clone, CLONE_NEWUSER | CLONE_FS, 0, 0, 0, 0));
}

/* ---- Threads, and other programs ---- */

static volatile int leader_is_there = 1; /* the kernel makes it 0 */

static void *ends_last(void *unused)
{
    while (leader_is_there)
        sched_yield();
    syscall(SYS_exit, 4);
    return unused;
}

static void *becomes(void *pid)
{
    char *arguments[] = {self, pid, NULL};
    execv("a-name-of-more-than-15-letters", arguments);
    return pid;
}

/* vfork() lets the parent go on when there is another program, and this one waits for the parent. */
static void left_alone(void)
{
    char *arguments[] = {self, "reads", NULL};
    int ends[2];
    if (pipe(ends) || ends[0] != READ_END)
        say("the pipe is %d\n", ends[0]);
    pid_t child = vfork();
    if (child == 0) {
        execv(self, arguments);
        _exit(9);
    }
    TRY(write(ends[1], "\5", 1));
    say("  %#x\n", status_of(child));
    child = vfork();
    if (child == 0)
        _exit(8);
    say("  %#x\n", status_of(child));
}

/* A parent that waits for vfork()'s child can be killed. */
static void killed(void)
{
    pid_t parent = fork();
    if (parent == 0) {
        parent = getpid();
        if (vfork() == 0) {
            kill(parent, SIGKILL);
            while (getppid() == parent)
                sched_yield();
        }
        _exit(1);
    }
    say("  killed %#x\n", status_of(parent));
}

static void threads(void)
{
    pthread_t thread;
    char pid[16];
    say("threads\n");
    TRY(link(self, "a-name-of-more-than-15-letters"));
    pid_t child = fork();
    if (child == 0) {
        pthread_create(&thread, NULL, ends_last, NULL);
        syscall(SYS_set_tid_address, &leader_is_there);
        syscall(SYS_exit, 3);
    }
    say("  the last one's %#x\n", status_of(child));
    child = fork();
    if (child == 0) {
        sprintf(pid, "%d", (int)getpid());
        if (fork() == 0)
            _exit(7);
        setpriority(PRIO_PROCESS, 0, 3);
        pthread_create(&thread, NULL, becomes, pid);
        pause();
    }
    say("  the other program's %#x\n", status_of(child));
    left_alone();
    killed();
}

/* What a thread's program became has the number and the children of the first one. */
static int after_exec(const char *pid)
{
    char name[16] = "";
    stack_t stack;
    int status = 0;
    if (strcmp(pid, "reads") == 0)
        return read(READ_END, name, 1) == 1 ? name[0] : 1;
    if (strcmp(pid, "plain") == 0)
        return 2;
    CHECK(getpid() == atoi(pid) && syscall(SYS_gettid) == getpid());
    TRY(wait(&status) > 0);
    say("  child %#x\n", (unsigned)status);
    prctl(PR_GET_NAME, name);
    sigaltstack(NULL, &stack);
    say("  name %s, nice %d, stack %d\n", name, getpriority(PRIO_PROCESS, 0), stack.ss_flags);
    return 6;
}

int main(int argc, char **argv)
{
    self = argv[0];
    if (argc == 2)
        return after_exec(argv[1]);
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    sigprocmask(SIG_BLOCK, &chld, NULL);
    stops();
    takes_back();
    unwanted();
    left_behind();
    clones();
    threads();
    return 0;
}
