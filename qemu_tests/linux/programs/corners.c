/* corners.c: what is easily left out: of what is handed on, told, waited for, and kept of a file. */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include "say.h"

#define PAGE 4096
#define STACK_BYTES 32768

static char *self;
static char stack[STACK_BYTES];
static volatile char *volatile nowhere = (volatile char *)16;

static int status_of(pid_t pid)
{
    int status = -1;
    waitpid(pid, &status, 0);
    return status & 0xff7f; /* not whether there is a core file */
}

/* ---- Handed on ---- */

static void show_own(const char *what)
{
    stack_t now;
    sigaltstack(NULL, &now);
    say("%s: umask %o, stack flags %d, size %d, descriptor 3: %d\n", what, umask(0), now.ss_flags,
        (int)now.ss_size, fcntl(3, F_GETFD));
}

static void handed_on(void)
{
    char *arguments[] = {self, "after exec", NULL};
    stack_t other = {stack, 0, STACK_BYTES};
    umask(027);
    sigaltstack(&other, NULL);
    TRY(open("/dev/null", O_RDONLY | O_CLOEXEC));
    pid_t child = fork();
    if (child == 0) {
        show_own("after fork");
        umask(031);
        execv(self, arguments);
        _exit(1);
    }
    say("status %#x\n", status_of(child));
    close(3);
}

/* ---- Told ---- */

static void tell(int number, siginfo_t *info, void *context)
{
    (void)context;
    const unsigned int frame = (unsigned int)__builtin_frame_address(0);
    say("  signal %d, code %d, status %d, aligned %d\n", number, info->si_code,
        number == SIGCHLD ? info->si_status : 0, (frame + 8) % 16 == 0);
}

/* Some old programs' handlers expect their arguments in registers. */
__attribute__((regparm(3))) static void tell_by_registers(int number, siginfo_t *info,
                                                          ucontext_t *context)
{
    say("  signal %d and %d, in ring %d\n", number, info->si_signo,
        (int)context->uc_mcontext.gregs[REG_CS] & 3);
}

static void tell_address(int number, siginfo_t *info, void *context)
{
    const ucontext_t *saved = context;
    say("  signal %d, same address %d\n", number,
        saved->uc_mcontext.cr2 == (unsigned long)info->si_addr);
    _exit(4);
}

static void install(int number, void *handler, int flags)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | flags;
    sigaction(number, &action, NULL);
}

static void children(void)
{
    sigset_t chld, before;
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    sigprocmask(SIG_BLOCK, &chld, &before);
    install(SIGCHLD, tell, 0);
    for (int how = 0; how < 2; how++) {
        pid_t child = fork();
        if (child == 0) {
            if (how)
                kill(getpid(), SIGTERM);
            _exit(3);
        }
        sigsuspend(&before);
        say("status %#x\n", status_of(child));
    }
    signal(SIGCHLD, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

static void handlers(void)
{
    stack_t now;
    pid_t child;
    install(SIGUSR1, tell, SA_ONSTACK);
    raise(SIGUSR1);
    install(SIGUSR1, tell_by_registers, 0);
    raise(SIGUSR1);
    sigaltstack(NULL, &now);
    say("the other stack: flags %d, size %d\n", now.ss_flags, (int)now.ss_size);
    install(SIGSEGV, tell_address, 0);
    child = fork();
    if (child == 0)
        *nowhere = 0;
    say("status %#x\n", status_of(child));
    signal(SIGSEGV, SIG_DFL);
    child = fork();
    if (child == 0) {
        void *closed = mmap(NULL, STACK_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        stack_t unusable = {closed, 0, STACK_BYTES};
        sigaltstack(&unusable, NULL);
        install(SIGUSR1, tell, SA_ONSTACK);
        raise(SIGUSR1);
        _exit(5);
    }
    say("no room for a frame: status %#x\n", status_of(child));
}

/* ---- Waited for ---- */

static pid_t pauses(void)
{
    pid_t child = fork();
    while (child == 0)
        pause();
    return child;
}

static void groups(void)
{
    char *arguments[] = {self, "and", "pause", NULL};
    int ends[2];
    char byte;
    pid_t first = pauses(), second = pauses(), third;
    TRY(setpgid(first, first));
    TRY(setpgid(second, first));
    TRY(waitpid(0, NULL, WNOHANG));
    TRY(waitpid(-first, NULL, WNOHANG));
    kill(second, SIGKILL);
    CHECK(waitpid(-first, NULL, 0) == second);
    kill(first, SIGKILL);
    CHECK(waitpid(-first, NULL, 0) == first);
    TRY(pipe2(ends, O_CLOEXEC));
    third = fork();
    if (third == 0) {
        execv(self, arguments);
        _exit(1);
    }
    close(ends[1]);
    TRY(read(ends[0], &byte, 1)); /* the end of the file: it is another program now */
    TRY(setpgid(third, third));
    kill(third, SIGKILL);
    say("status %#x\n", status_of(third));
    close(ends[0]);
}

static long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* What is left is told in whole seconds, of which half a one is rounded up. When the machine was
 * stopped in between, less is left: that is not what is asked here. */
static void seconds_left(void)
{
    long long start;
    int before, left;
    signal(SIGALRM, SIG_IGN);
    do {
        start = now_ms();
        before = (int)alarm(2);
        left = (int)alarm(0);
    } while (now_ms() - start >= 400);
    say("alarm(2) = %d\nalarm(0) = %d\n", before, left);
    signal(SIGALRM, SIG_DFL);
}

static void times(void)
{
    struct timespec when, short_time = {0, 10000000};
    int word = 0;
    seconds_left();
    TRY(syscall(SYS_futex, &word, 0 /* FUTEX_WAIT */, 0, &short_time, NULL, 0));
    clock_gettime(CLOCK_REALTIME, &when);
    when.tv_sec++;
    TRY(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &when, NULL));
}

static void pipes(void)
{
    char text[16] = "";
    struct iovec pieces[] = {{text, 8}, {text + 8, 8}};
    struct timeval long_time = {100, 0};
    fd_set set;
    int ends[2];
    TRY(pipe2(ends, O_NONBLOCK | O_CLOEXEC));
    TRY(fcntl(ends[0], F_GETFL));
    TRY(fcntl(ends[1], F_GETFD));
    TRY(fcntl(ends[0], F_SETFL, 0));
    TRY(write(ends[1], "12345", 5));
    TRY(readv(ends[0], pieces, 2)); /* it does not wait for more */
    TRY(write(ends[1], "12345678", 8));
    TRY(readv(ends[0], pieces, 2)); /* nor for the second piece */
    TRY(write(ends[1], "9", 1));
    pieces[1].iov_base = (void *)-16l;
    TRY(readv(ends[0], pieces, 2)); /* all pieces are looked at first */
    TRY(read(ends[0], text, sizeof text));
    close(ends[1]);
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    TRY(select(ends[0] + 1, &set, NULL, NULL, &long_time));
    CHECK(long_time.tv_sec >= 98 && FD_ISSET(ends[0], &set));
    close(ends[0]);
    TRY(pipe(ends));
    struct pollfd wanted = {ends[1], POLLOUT, 0};
    close(ends[0]);
    TRY(poll(&wanted, 1, 0));
    say("events %#x\n", wanted.revents);
    close(ends[1]);
}

/* ---- Kept ---- */

static void files(void)
{
    const struct timespec old[] = {{0, UTIME_NOW}, {1000, 0}},
                          kept[] = {{0, UTIME_NOW}, {0, UTIME_OMIT}};
    struct stat found;
    TRY(mkdir("folder", 0755));
    int fd = open("folder/one", O_CREAT | O_RDWR, 0600);
    TRY(link("folder/one", "folder/two"));
    TRY(rename("folder/one", "folder/two")); /* two names of one file stay */
    DIR *folder = opendir("folder");
    int files = 0, folders = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        files += entry->d_type == DT_REG;
        folders += entry->d_type == DT_DIR;
    }
    say("%d files, %d folders\n", files, folders);
    closedir(folder);
    TRY(futimens(fd, old));
    TRY(futimens(fd, kept));
    CHECK(fstat(fd, &found) == 0 && found.st_mtime == 1000);
    TRY(write(fd, "x", 1));
    CHECK(fstat(fd, &found) == 0 && found.st_mtime > 1000);
    CHECK(stat("/dev/null", &found) == 0 && found.st_rdev == makedev(1, 3));
    TRY(ftruncate(fd, 3 * PAGE));
    TRY(pwrite(fd, "third", 5, 2 * PAGE));
    char *map = mmap(NULL, 3 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    TRY(mprotect(map + PAGE, PAGE, PROT_READ | PROT_WRITE));
    say("%.5s\n", map + 2 * PAGE);
    close(fd);
}

static void break_within_a_page(void)
{
    const unsigned int now = (unsigned int)syscall(SYS_brk, 0);
    const unsigned int wanted = ((now + PAGE - 1) & -PAGE) + 10;
    CHECK((unsigned int)syscall(SYS_brk, wanted) == wanted);
    CHECK((unsigned int)syscall(SYS_brk, 0) == wanted);
    CHECK((unsigned int)syscall(SYS_brk, now) == now);
}

int main(int argc, char **argv)
{
    self = argv[0];
    if (argc == 2) {
        show_own(argv[1]);
        return 6;
    }
    while (argc == 3)
        pause();
    handed_on();
    children();
    handlers();
    groups();
    times();
    pipes();
    files();
    break_within_a_page();
    return 0;
}
