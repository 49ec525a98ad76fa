/* edges.c: what only Linux itself can say: odd uses of ordinary calls. */
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include "say.h"

static int status_of(pid_t pid)
{
    int status = -1;
    waitpid(pid, &status, 0);
    return status;
}

/* ---- Names ---- */

static void names(void)
{
    struct stat stat;
    say("names\n");
    TRY(symlink("target", "dangling"));
    int fd = open("dangling", O_CREAT | O_RDWR, 0600);
    CHECK(fd >= 0);
    TRY(lstat("target", &stat));
    TRY(open("dangling", O_CREAT | O_EXCL | O_RDWR, 0600));
    close(fd);
    TRY(open("new/", O_CREAT | O_RDWR, 0600));
    TRY(open("target/", O_RDONLY));
    TRY(mkdir("folder/", 0700));
    TRY(rename("target", "folder/"));
    TRY(rename("folder", "target"));
    TRY(link("dangling", "second"));
    TRY(lstat("second", &stat) == 0 && S_ISLNK(stat.st_mode));
    TRY(link("folder", "third"));
    TRY(unlink("folder"));
    TRY(rmdir("folder/."));
    TRY(rmdir("target"));
    TRY(symlink("loop", "loop"));
    TRY(open("loop", O_RDONLY));
    TRY(open("loop", O_RDONLY | O_NOFOLLOW));
    TRY(access("loop", F_OK));
    TRY(unlink("loop"));
    TRY(mkdir("folder/gone", 0700));
    TRY(chdir("folder/gone"));
    TRY(rmdir("../gone"));
    TRY(open("file", O_CREAT | O_RDWR, 0600));
    TRY(rename("../../target", "file"));
    TRY(link("../../target", "file"));
    TRY(open(".", O_RDONLY) >= 0);
    TRY(chdir(".."));
    TRY(chdir("/tmp"));
}

/* A symbolic link to one to one ...: 40 of them are followed. */
static void chain(void)
{
    char from[16], to[32] = "/tests/list";
    say("chain\n");
    for (int i = 1; i <= 41; i++) {
        sprintf(from, "/tmp/chain-%d", i);
        if (symlink(to, from))
            say("%s: errno %d\n", from, errno);
        strcpy(to, from);
    }
    TRY(access("/tmp/chain-40", R_OK));
    TRY(access("/tmp/chain-41", R_OK));
}

/* ---- Open files ---- */

static void *volatile nowhere = (void *)1;

static void files(void)
{
    char text[4];
    int fd = open("/tmp/edge", O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
    say("files\n");
    say("flags %o\n", fcntl(fd, F_GETFL));
    TRY(write(fd, "abc", 3));
    TRY(pwrite(fd, "d", 1, 0));
    TRY(pread(fd, text, 4, 0));
    say("%.4s\n", text);
    TRY(lseek(fd, -1, SEEK_SET));
    TRY(lseek(fd, 5, SEEK_END));
    TRY(lseek(fd, 0, 9));
    TRY(ftruncate(fd, -1));
    TRY(read(fd, nowhere, 0));
    TRY(write(fd, nowhere, 0));
    TRY(read(fd, nowhere, 1));
    TRY(lseek(fd, 0, SEEK_SET));
    TRY(read(fd, nowhere, 1));
    TRY(pread(fd, text, 1, -1));
    close(fd);
    fd = open("/tmp/edge", O_RDONLY);
    TRY(write(fd, "x", 1));
    TRY(ftruncate(fd, 0));
    void *shared = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    TRY(mprotect(shared, 4096, PROT_READ | PROT_WRITE));
    TRY(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
    TRY(mmap(NULL, 0, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED);
    TRY(mmap(NULL, 4096, PROT_READ, 0, fd, 0) == MAP_FAILED);
    close(fd);
    fd = open("/tmp/edge", O_WRONLY);
    TRY(read(fd, text, 1));
    TRY(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED);
    close(fd);
    unlink("/tmp/edge");
}

/* ---- Waiting ---- */

static void waits(void)
{
    struct timeval time = {0, 300000};
    struct timespec bad = {0, 1000000000};
    int status;
    say("waits\n");
    TRY(select(0, NULL, NULL, NULL, &time));
    CHECK(time.tv_sec == 0 && time.tv_usec == 0);
    time.tv_sec = -1;
    TRY(select(0, NULL, NULL, NULL, &time));
    time.tv_sec = 0;
    time.tv_usec = 1200000;
    TRY(select(0, NULL, NULL, NULL, &time));
    TRY(select(-1, NULL, NULL, NULL, &time));
    TRY(nanosleep(&bad, NULL));
    TRY(waitpid(INT_MIN, &status, 0));
    TRY(waitpid(-1, &status, 0));
    TRY(waitpid(-1, &status, 0x10));
    TRY(kill(INT_MIN, 0));
    TRY(kill(getpid(), 65));
    TRY(kill(getpid(), -1));
}

/* ---- Stops ---- */

static volatile int told;

static void count(int number)
{
    (void)number;
    told++;
}

static void stops(void)
{
    int status;
    say("stops\n");
    signal(SIGCHLD, count);
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    TRY(kill(pid, SIGSTOP));
    TRY(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
    TRY(kill(pid, SIGKILL));
    TRY(waitpid(pid, &status, WUNTRACED | WCONTINUED) == pid && WIFSIGNALED(status));
    say("told %d times\n", told);
    signal(SIGCHLD, SIG_DFL);
}

/* ---- Signal frames ---- */

static int change_at, change_to;

static void change(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    ((ucontext_t *)context)->uc_mcontext.gregs[change_at] = change_to;
}

static void report(int number, siginfo_t *info, void *context)
{
    const ucontext_t *c = context;
    int trap = (int)c->uc_mcontext.gregs[REG_TRAPNO], error = (int)c->uc_mcontext.gregs[REG_ERR];
    if (trap == 14)
        error &= ~0x10; /* a fetch is told apart only by a CPU with SMEP or NX (SDM 3A 4.7) */
    say("  signal %d, code %d, address %d, trap %d, error %d, cs %#x, ss %#x\n", number,
        info->si_code, info->si_addr != NULL, trap, error,
        (int)c->uc_mcontext.gregs[REG_CS] & 0xffff, (int)c->uc_mcontext.gregs[REG_SS] & 0xffff);
    _exit(0);
}

static void install(int number, void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO;
    sigaction(number, &action, NULL);
}

static void changed(const char *name, int at, int to)
{
    say("%s becomes %#x\n", name, to);
    pid_t pid = fork();
    if (pid == 0) {
        int now = 0;
        change_at = at;
        change_to = to;
        install(SIGUSR1, change);
        install(SIGSEGV, report);
        install(SIGBUS, report);
        install(SIGILL, report);
        install(SIGTRAP, report);
        kill(getpid(), SIGUSR1);
        if (at == REG_DS || at == REG_SS || at == REG_CS)
            _exit(now);
        __asm__ volatile("movl %%es, %0" : "=r"(now));
        if (at == REG_FS)
            __asm__ volatile("movl %%fs, %0" : "=r"(now));
        say("  now %#x\n", now & 0xffff);
        _exit(0);
    }
    say("  status %#x\n", status_of(pid));
}

static void frames(void)
{
    static const int selectors[] = {0, 0x68, 0x60, 0x6b, 0x43, 0x7b, 0xf0, 0x7f, 0xffff};
    for (unsigned i = 0; i < sizeof selectors / sizeof selectors[0]; i++) {
        changed("ss", REG_SS, selectors[i]);
        changed("cs", REG_CS, selectors[i]);
        changed("es", REG_ES, selectors[i]);
        changed("fs", REG_FS, selectors[i]);
    }
    changed("eip", REG_EIP, (int)0xc0000000);
    changed("eflags", REG_EFL, 0x4000);
    changed("eflags", REG_EFL, 0x20000);
    changed("eflags", REG_EFL, 0x3000);
    changed("eflags", REG_EFL, 0x100);
}

/* What a handler makes of the x87's registers counts, as it did before there was SSE. */
static void mask_all(int number, siginfo_t *info, void *context)
{
    ucontext_t *c = context;
    say("  signal %d, code %d\n", number, info->si_code);
    c->uc_mcontext.fpregs->cw |= 0x3f;
    c->uc_mcontext.fpregs->sw &= ~0xffu;
}

static void x87(void)
{
    unsigned short control = 0x0372; /* a division by zero is an exception */
    volatile double one = 1, zero = 0, result = 5;
    say("x87\n");
    install(SIGFPE, mask_all);
    __asm__ volatile("fninit\n\tfldcw %0" : : "m"(control));
    __asm__ volatile("fldl %1\n\tfdivl %2\n\tfstpl %0\n\tfwait"
                     : "=m"(result)
                     : "m"(one), "m"(zero));
    __asm__ volatile("fstcw %0" : "=m"(control));
    say("control %#x, finite %d\n", control, result < 1e300);
    __asm__ volatile("fninit");
}

static void behind(void)
{
    int fd = open("/tmp/short", O_CREAT | O_RDWR, 0600);
    say("behind the end\n");
    TRY(ftruncate(fd, 100));
    volatile char *mapped = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, fd, 0);
    for (int at = 0; at <= 4096; at += 4096)
        for (int is_write = 0; is_write < 2; is_write++) {
            pid_t pid = fork();
            if (pid == 0) {
                install(SIGSEGV, report);
                install(SIGBUS, report);
                if (is_write)
                    mapped[at] = 1;
                _exit(mapped[at]);
            }
            say("%d, %d: %#x\n", at, is_write, status_of(pid));
        }
    TRY(ftruncate(fd, 0));
    pid_t pid = fork();
    if (pid == 0) {
        install(SIGBUS, report);
        _exit(mapped[0]);
    }
    say("%#x\n", status_of(pid));
    close(fd);
    unlink("/tmp/short");
}

/* ---- Threads ---- */

static void *in_thread(void *unused)
{
    if (chdir("/dev"))
        return NULL;
    umask(077);
    return unused;
}

static void threads(void)
{
    pthread_t thread;
    char path[64] = "";
    say("threads\n");
    TRY(pthread_create(&thread, NULL, in_thread, NULL));
    TRY(pthread_join(thread, NULL));
    say("%s, umask %o\n", getcwd(path, sizeof path), umask(022));
}

/* Who shares his open files, and becomes another program, closes what that is not to have for
 * himself only. */
static void shared_files(void)
{
    char *const words[] = {"/bin/true", NULL};
    say("shared files\n");
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    pid_t pid = (pid_t)syscall(SYS_clone, 0x400 | SIGCHLD, 0, 0, 0, 0); /* CLONE_FILES */
    if (pid == 0) {
        execv(words[0], words);
        _exit(1);
    }
    say("%#x\n", status_of(pid));
    TRY(write(fd, "x", 1));
    close(fd);
}

/* A child whose end is told by a signal that there is not: by none. */
static void no_signal(void)
{
    int status = -1;
    say("no signal\n");
    pid_t pid = (pid_t)syscall(SYS_clone, 100, 0, 0, 0, 0);
    if (pid == 0)
        _exit(3);
    CHECK(waitpid(pid, &status, __WALL) == pid);
    say("%#x\n", status);
}

int main(void)
{
    names();
    chain();
    files();
    waits();
    stops();
    frames();
    x87();
    behind();
    threads();
    shared_files();
    no_signal();
    return 0;
}
