/* siginfo.c: what a handler with SA_SIGINFO is told, and that it may change where to go on. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <ucontext.h>
#include "say.h"

static volatile int number_seen, code_seen;
static void *volatile addr_seen;
static volatile int pid_seen;
static volatile unsigned int trap_seen, error_seen;
static volatile int skip; /* bytes of the instruction that is to be passed over */

static void handler(int number, siginfo_t *info, void *context)
{
    ucontext_t *saved = context;
    number_seen = number == info->si_signo ? number : -1;
    code_seen = info->si_code;
    addr_seen = info->si_addr;
    pid_seen = info->si_pid;
    trap_seen = saved->uc_mcontext.gregs[REG_TRAPNO];
    error_seen = saved->uc_mcontext.gregs[REG_ERR];
    saved->uc_mcontext.gregs[REG_EIP] += skip;
}

static void show(const char *what)
{
    say("%s: signal %d, code %d", what, number_seen, code_seen);
    if (skip)
        say(", trap %u, error %u", trap_seen, error_seen);
    say("\n");
    skip = 0;
}

/* Each instruction below is as long as `skip` says. */
static void faults(char *page)
{
    skip = 2;
    __asm__ volatile("movb %%al, (%%ecx)" : : "c"(page) : "memory");
    CHECK(addr_seen == page);
    show("write to a page that can only be read");
    skip = 2;
    __asm__ volatile("movb (%%ecx), %%al" : : "c"(16) : "eax");
    CHECK(addr_seen == (void *)16);
    show("read where nothing is");
    skip = 2;
    __asm__ volatile("divl %%ecx" : : "a"(1), "d"(0), "c"(0));
    show("division by zero");
    skip = 2;
    __asm__ volatile("ud2");
    show("illegal instruction");
    skip = 1;
    __asm__ volatile("hlt");
    show("privileged instruction");
    __asm__ volatile("int3");
    show("breakpoint");
}

int main(void)
{
    const int signals[] = {SIGUSR1, SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGCHLD, SIGBUS};
    struct sigaction action;
    int status;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO;
    for (unsigned int i = 0; i < sizeof signals / sizeof signals[0]; i++)
        sigaction(signals[i], &action, NULL);
    kill(getpid(), SIGUSR1);
    CHECK(pid_seen == getpid());
    show("kill");
    raise(SIGUSR1);
    CHECK(pid_seen == getpid());
    show("raise");
    faults(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    int child = fork();
    if (child == 0)
        _exit(3);
    while (waitpid(child, &status, 0) < 0)
        ;
    CHECK(pid_seen == child);
    show("child");
    return 0;
}
