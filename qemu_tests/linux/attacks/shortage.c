/* shortage.c: each allocation of a kernel that was changed for it fails in its turn: sysinfo() of a
 * small number n makes the n-th from then on fail, or two from the n-th on if it is odd. Whatever
 * the program does then, it gets an errno or is killed, and nothing is lost. On an unchanged kernel
 * nothing fails. */
#include "attack.h"

enum { TURNS = 600 };

static char stacks[3][1024] __attribute__((aligned(16)));
static int running[2];
static char buffer[3 * PAGE_BYTES];

/* Free pages, and in place of shared memory how many small pieces are in use. */
static struct sysinfo memory(void)
{
    struct sysinfo info;
    call(sysinfo, &info);
    return info;
}

static int is_same(struct sysinfo a, struct sysinfo b)
{
    return a.free == b.free && a.shared == b.shared;
}

static void nothing(int signal)
{
    (void)signal;
}

static void in_thread(void *argument)
{
    call(write, (int)argument, buffer, 5000);
}

static void with_files(void)
{
    int fd, ends[2] = {-1, -1};
    call(mkdir, "d", 0755);
    fd = call(open, "d/file", O_RDWR | O_CREAT, 0644);
    call(write, fd, buffer, sizeof buffer);
    call(lseek, fd, 0x1000000, 0);
    call(write, fd, buffer, 100);
    call(mmap2, 0, 4 * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    call(rename, "d/file", "d/other");
    call(symlink, "d/other", "d/link");
    call(dup, fd);
    call(pipe, ends);
    call(write, ends[1], buffer, sizeof buffer);
    call(poll, ends, 0, 0);
    call(unlink, "d/other");
    call(unlink, "d/link");
    call(unlink, "d/file");
    call(rmdir, "d");
}

static void with_memory(void)
{
    u32 *memory = pages(8, MAP_PRIVATE);
    if ((u32)memory < -4096u) {
        memory[0] = memory[5000] = 1;
        call(mprotect, (u32)memory + PAGE_BYTES, PAGE_BYTES, PROT_READ);
        call(mremap, (u32)memory + 2 * PAGE_BYTES, PAGE_BYTES, 0x800000, MREMAP_MAYMOVE);
        call(munmap, (u32)memory + 4 * PAGE_BYTES, PAGE_BYTES);
    }
    pages(4, MAP_SHARED);
    call(brk, call(brk, 0) + 0x500000);
}

static void with_processes(void)
{
    char *words[] = {"exit", "0", 0};
    int ends[2] = {-1, -1}, child;
    handle(SIGUSR1, nothing, SA_SIGINFO);
    call(pipe, ends);
    thread(in_thread, (void *)ends[1], stacks[1], &running[0]);
    child = call(fork);
    if (child == 0) {
        call(kill, call(getpid), SIGUSR1);
        call(kill, call(getpid), SIGRTMIN - 1);
        call(execve, "/attacks/exit", words, 0);
        leave(1);
    }
    child = vfork();
    if (child == 0) {
        call(execve, "/attacks/exit", words, 0);
        call(exit, 1);
    }
    while (call(wait4, -1, 0, 0, 0) > 0)
        ;
    call(setsid);
    call(execve, "/attacks/exit", words, 0);
}

/* Who has most memory is ended, if somebody has to be: not our watcher, nor the innocent. */
static void be_large(int count)
{
    char *large = pages(count, MAP_PRIVATE);
    for (int i = 0; i < count; i++)
        large[i * PAGE_BYTES] = 1;
}

static void victim(void)
{
    be_large(128);
    for (;;)
        call(pause);
}

static void child(int turn)
{
    be_large(64);
    call(sysinfo, turn);
    with_files();
    with_memory();
    with_processes();
    leave(0);
}

int attack(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    for (int turn = 1; turn < TURNS; turn++) {
        struct sysinfo before = memory();
        int status, first, second;
        first = call(fork);
        if (first == 0)
            victim();
        sleep_ms(10);
        second = call(fork);
        if (second == 0)
            child(turn);
        status = wait_for(second);
        call(sysinfo, 0);
        call(kill, first, SIGKILL);
        check_is(wait_for(first), SIGKILL);
        call(unlink, "d/other");
        call(unlink, "d/link");
        call(unlink, "d/file");
        call(rmdir, "d");
        for (int i = 0; i < 50 && !is_same(memory(), before); i++)
            sleep_ms(10); /* its orphans are init's, which looks now and then */
        check(status == 0 || status == SIGKILL || status == SIGSEGV || status >> 8);
        check_is(before.free - memory().free, 0);
        check_is(memory().shared - before.shared, 0);
    }
    return 0;
}
