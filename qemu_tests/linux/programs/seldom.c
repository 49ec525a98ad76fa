/* seldom.c: what is seldom asked for: nothing to copy, jobs that nobody waits for, odd modes. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>
#include "say.h"

#define EXCLUSIVE (1u << 28) /* EPOLLEXCLUSIVE: not in every C library's header */

/* ---- Copies ---- */

static void copies(void)
{
    char text[] = "twelve bytes";
    long long from = 100, negative = -5;
    int narrow = -5;
    int in = open("/tmp/from", O_CREAT | O_TRUNC | O_RDWR, 0600);
    int out = open("/tmp/to", O_CREAT | O_TRUNC | O_RDWR, 0600);
    TRY(write(in, text, sizeof text - 1));
    TRY(syscall(SYS_copy_file_range, in, NULL, out, NULL, 10, 0)); /* at its end already */
    TRY(syscall(SYS_copy_file_range, in, &from, out, NULL, 10, 0));
    TRY(syscall(SYS_sendfile64, out, in, NULL, 10));
    TRY(syscall(SYS_sendfile64, out, in, NULL, 0));
    TRY(lseek(in, 2, SEEK_SET));
    TRY(syscall(SYS_copy_file_range, in, NULL, out, NULL, 0, 0));
    TRY(syscall(SYS_copy_file_range, in, NULL, out, NULL, 5, 0));
    TRY(syscall(SYS_sendfile64, out, in, NULL, 0));
    TRY(syscall(SYS_sendfile64, out, in, NULL, 100));
    TRY(syscall(SYS_sendfile64, out, in, NULL, 100));
    TRY(syscall(SYS_sendfile, out, in, &narrow, 10));
    TRY(syscall(SYS_sendfile64, out, in, &negative, 10));
    TRY(lseek(out, 0, SEEK_END));
    /* The last byte that there could be. */
    TRY(syscall(SYS_pread64, in, text, 5, 0xffffffff, 0x7fffffff));
    TRY(syscall(SYS_pwrite64, in, text, 5, 0xffffffff, 0x7fffffff));
    close(in);
    close(out);
}

/* ---- Jobs ---- */

static void tell(int number)
{
    if (write(1, number == SIGHUP ? "hangup\n" : "on\n", number == SIGHUP ? 7 : 3) < 0)
        _exit(1);
}

static pid_t stopped_child(int end)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        kill(getpid(), SIGSTOP);
        _exit(write(end, "e", 1) != 1);
    }
    waitpid(child, &status, WUNTRACED);
    say("stopped: %d\n", WIFSTOPPED(status) != 0);
    return child;
}

/* A process ends whose child is stopped. `how`: in a process group of its own; in one with what
 * ends, which has one of its own; in the one of all. */
static void orphan(int how)
{
    int ends[2], status;
    char byte;
    if (pipe(ends) != 0)
        return;
    pid_t shell = fork();
    if (shell == 0) {
        signal(SIGHUP, tell);
        signal(SIGCONT, tell);
        if (how == 1)
            setpgid(0, 0);
        pid_t job = stopped_child(ends[1]);
        if (how == 0)
            setpgid(job, job);
        if (how == 2)
            kill(job, SIGKILL); /* it would stay as it is */
        _exit(0);
    }
    close(ends[1]);
    waitpid(shell, &status, 0);
    say("%d: %s\n", how, read(ends[0], &byte, 1) == 1 ? "it went on" : "killed");
    close(ends[0]);
}

/* ---- Events ---- */

static void events(void)
{
    struct epoll_event event = {.events = EPOLLIN | EXCLUSIVE}, told;
    int ends[2], epoll = epoll_create1(0);
    if (pipe(ends) != 0)
        return;
    TRY(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event));
    event.events = EPOLLIN;
    TRY(epoll_ctl(epoll, EPOLL_CTL_MOD, ends[0], &event));
    TRY(epoll_ctl(epoll, EPOLL_CTL_DEL, ends[0], NULL));
    event.events = 0;
    TRY(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event));
    event.events = EPOLLIN | EXCLUSIVE;
    TRY(epoll_ctl(epoll, EPOLL_CTL_MOD, ends[0], &event));
    TRY(write(ends[1], "x", 1));
    TRY(epoll_wait(epoll, &told, 1, 0));
    close(ends[1]);
    TRY(epoll_wait(epoll, &told, 1, 0)); /* that is told without being asked for */
    say("events %#x\n", told.events);
    close(ends[0]);
    close(epoll);
}

/* ---- Files ---- */

static void modes(void)
{
    char byte;
    const struct timespec times[2] = {{1, 0}, {2, 0}};
    int file = open("/tmp/from", O_WRONLY | O_RDWR);
    CHECK(file >= 0);
    TRY(read(file, &byte, 1));
    TRY(write(file, "x", 1));
    TRY(fchmod(file, 0600));
    TRY(syscall(SYS_utimensat, file, NULL, times, 0));
    TRY(syscall(SYS_utimensat, file, NULL, times, AT_SYMLINK_NOFOLLOW));
    close(file);
    file = open("/tmp/from", O_RDONLY | O_NOATIME);
    TRY(fcntl(file, F_SETFL, 0));
    CHECK(fcntl(file, F_GETFL) & O_NOATIME);
    TRY(fcntl(file, F_SETFL, O_NOATIME));
    CHECK(fcntl(file, F_GETFL) & O_NOATIME);
    close(file);
    mkdir("/tmp/gone", 0700);
    file = open("/tmp/gone", O_RDONLY);
    CHECK(syscall(SYS_getdents64, file, (char[512]){0}, 512) > 0);
    lseek(file, 0, SEEK_SET);
    TRY(rmdir("/tmp/gone"));
    TRY(syscall(SYS_getdents64, file, (char[512]){0}, 512));
    close(file);
    for (unsigned int flags = 0; flags < 9; flags++)
        TRY(syscall(SYS_getrandom, &byte, 1, flags));
}

/* ---- A program's own ---- */

static sigjmp_buf back;

static void fault(int number, siginfo_t *info, void *context)
{
    const ucontext_t *saved = context;
    say("signal %d, code %d, error code %#x\n", number, info->si_code,
        (unsigned int)saved->uc_mcontext.gregs[REG_ERR]);
    siglongjmp(back, 1);
}

static void own(void)
{
    struct sigaction action;
    TRY(personality(0xffffffff));
    TRY(personality(ADDR_NO_RANDOMIZE));
    pid_t child = fork();
    if (child == 0) {
        TRY(personality(0xffffffff));
        _exit(0);
    }
    waitpid(child, NULL, 0);
    TRY(personality(PER_LINUX));
    TRY(personality(0xffffffff));
    memset(&action, 0, sizeof action);
    action.sa_sigaction = fault;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSEGV, &action, NULL);
    /* Of the kernel's memory it is not told what is there. */
    for (unsigned int page = 0xfffff; page > 0xc0000; page -= 0x7fff)
        if (sigsetjmp(back, 1) == 0)
            *(volatile char *)(page << 12) = 0;
}

int main(void)
{
    copies();
    for (int how = 0; how < 3; how++)
        orphan(how);
    events();
    modes();
    own();
    return 0;
}
