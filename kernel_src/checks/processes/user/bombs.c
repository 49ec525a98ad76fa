/* user/bombs.c: children that take all there is of something.
 *
 * Whatever becomes of them, this program lives, its own memory stays as it was, and every page
 * frame comes back.
 *
 * Started by checks/bombs.c.
 */

#include "sys/check_arguments.h"
#include "user/include/children.h"

#define RW (PROT_READ | PROT_WRITE)
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)
#define MIB (1u << 20)
#define MIB_AT_MOST 32 /* to take: on a machine with more it is not all there is */
#define LEVELS 12      /* 4096 processes */
#define OWN_PAGES 20
#define ANY_END (-1)

_Static_assert(1 << LEVELS > KERNEL_STACK_SLOTS, "more processes than there can be");

static uint8_t own[OWN_PAGES][PAGE_SIZE];
static char large[MIB];
static int errors[2]; /* a pipe: the error numbers of fork() */

static uint32_t ask(uint32_t what)
{
    return (uint32_t)system_call(NR_check_arguments, (long)what, 0, 0, 0, 0, 0);
}

static void nothing(void)
{
}

/* Each process makes one more, and all of these do so too, and none ends, until there can be no
 * more. Then the first opens the gate: by closing it, or by its own end. */
static void forks(void)
{
    const long first = getpid();
    int gate[2], failed[2];
    uint8_t byte;

    pipe(gate);
    pipe(failed);
    for (int level = 0; level < LEVELS; level++) {
        long child = fork();
        uint8_t error = (uint8_t)-child;
        if (child < 0) {
            write(errors[1], &error, 1);
            write(failed[1], &error, 1);
        } else if (getpid() != first) {
            close(gate[1]);
        }
    }
    if (getpid() == first) {
        read(failed[0], &byte, 1);
        close(gate[1]);
    } else {
        read(gate[0], &byte, 1);
    }
    while (wait4(-1, NULL, 0, NULL) > 0) {
    }
}

static void touch(uint32_t start, uint32_t size)
{
    for (uint32_t at = start; at < start + size; at += PAGE_SIZE) {
        *(volatile uint8_t *)at = 1;
    }
}

static void memory(void)
{
    for (uint32_t i = 0; i < MIB_AT_MOST; i++) {
        touch((uint32_t)mmap2(0, MIB, RW, PRIVATE, -1, 0), MIB);
    }
}

static void heap(void)
{
    for (uint32_t i = 0; i < MIB_AT_MOST; i++) {
        uint32_t end = (uint32_t)brk(0);
        if ((uint32_t)brk(end + MIB) == end) {
            exit_with(1);
        }
        touch(end, MIB);
    }
}

/* Two have half each, and neither alone is to blame. */
static void memory_of_two(void)
{
    fork();
    memory();
}

static uint32_t recurse(uint32_t depth)
{
    volatile uint32_t page[PAGE_SIZE / sizeof(uint32_t)];

    page[0] = depth;
    return depth == UINT32_MAX ? 0 : recurse(depth + 1) + page[0];
}

static void recursion(void)
{
    recurse(0);
}

/* All that pipes can hold, and nobody reads. */
static void pipes(void)
{
    int ends[2];

    while (pipe(ends) == 0) {
        write(ends[1], large, PAGE_SIZE);
    }
}

/* Areas, by which the kernel remembers what it promised: many, of a page each. */
static void areas(void)
{
    uint32_t start = (uint32_t)mmap2(0, 4 * MIB, RW, PRIVATE, -1, 0);

    for (uint32_t at = start; at < start + 4 * MIB; at += 2 * PAGE_SIZE) {
        mprotect(at, PAGE_SIZE, PROT_READ);
    }
}

/* The strings are fine, but there is no memory for the second half of them. */
static void failing_exec(void)
{
    const char *const arguments[] = {large, large, large, large, large, large, large, large, NULL};
    const uint32_t string_pages = 25, strings = 8;
    uint32_t left = ask(CHECK_ASK_ALL_FRAMES) - ask(CHECK_ASK_FRAMES) - strings * string_pages / 2;

    memset(large, 'x', string_pages * PAGE_SIZE - 1);
    touch((uint32_t)mmap2(0, left * PAGE_SIZE, RW, PRIVATE, -1, 0), left * PAGE_SIZE);
    execve("one-call", arguments, NULL);
}

/* A little of everything, and then the end in the middle of a sleep. */
static void killed(void)
{
    int ends[2];

    pipe(ends);
    touch((uint32_t)mmap2(0, MIB, RW, PRIVATE, -1, 0), MIB);
    long child = fork();
    if (child == 0) {
        close(ends[1]);
        read(ends[0], large, 1); /* until its parent is gone */
        return;
    }
    kill((int32_t)getpid(), SIGKILL);
}

/* Its parent waits for it in vfork(), and it has pages of its own by then. */
static void vfork_killed(void)
{
    if (vfork() == 0) {
        touch((uint32_t)mmap2(0, MIB, RW, PRIVATE, -1, 0), MIB);
        kill((int32_t)getppid(), SIGKILL);
        sleep_ticks(2);
        exit_with(0);
    }
}

static const struct bomb {
    const char *text;
    void (*explode)(void);
    int status;
    int takes_all; /* of the memory */
} bombs[] = {
    {"nothing at all", nothing, EXITED(0), 0},
    {"pages", memory, KILLED_BY(SIGKILL), 1},
    {"the heap", heap, KILLED_BY(SIGKILL), 1},
    {"pages, two of them", memory_of_two, KILLED_BY(SIGKILL), 1},
    {"processes", forks, ANY_END, 0},
    {"the stack", recursion, ANY_END, 0},
    {"pipes", pipes, EXITED(0), 0},
    {"areas", areas, EXITED(0), 0},
    {"arguments", failing_exec, EXITED(0), 1},
    {"killed while others need it", killed, KILLED_BY(SIGKILL), 0},
    {"killed while its child has its memory", vfork_killed, KILLED_BY(SIGKILL), 0},
};

#define BOMBS (sizeof bombs / sizeof bombs[0])

static long start(void (*what)(void))
{
    long child = fork();

    if (child == 0) {
        what();
        exit_with(0);
    }
    return child;
}

static void own_fill(void)
{
    for (uint32_t i = 0; i < OWN_PAGES; i++) {
        own[i][i] = (uint8_t)(i + 1);
    }
}

static int own_good(void)
{
    int good = 1;

    for (uint32_t i = 0; i < OWN_PAGES; i++) {
        good &= own[i][i] == i + 1;
    }
    return good;
}

/* Those whose parents are gone may take a while to end. */
static void wait_until_alone(void)
{
    while (ask(CHECK_ASK_PROCESSES) > 1) {
        sleep_ticks(1);
    }
}

static void check_bomb(const struct bomb *bomb)
{
    uint32_t before = ask(CHECK_ASK_FRAMES);

    if (bomb->takes_all && ask(CHECK_ASK_ALL_FRAMES) >= MIB_AT_MOST * (MIB / PAGE_SIZE)) {
        ktap_skip(bomb->text, "this machine has too much of it");
        ktap_skip("page frames in use are as many as before", "nothing was taken");
        return;
    }
    int status = status_of(start(bomb->explode));
    wait_until_alone();
    print("    # page frames in use: %u before, %u after\n", before, ask(CHECK_ASK_FRAMES));
    ktap_equal(bomb->text, (uint32_t)status,
               (uint32_t)(bomb->status == ANY_END ? status : bomb->status));
    ktap_equal("page frames in use are as many as before", ask(CHECK_ASK_FRAMES), before);
}

/* What fork() said when there could be no more. */
static void check_fork_errors(void)
{
    uint8_t error;
    uint32_t count = 0, other = 0;

    close(errors[1]);
    while (read(errors[0], &error, 1) == 1) {
        count++;
        other += error != LINUX_EAGAIN && error != LINUX_ENOMEM;
    }
    ktap_true("fork() failed in the end", count > 0);
    ktap_equal("with other errors than EAGAIN and ENOMEM", other, 0);
}

int main(void)
{
    ktap_plan(2 * BOMBS + 3);
    own_fill();
    pipe(errors);
    write(errors[1], large, 1); /* its page comes with the first byte, and stays */
    read(errors[0], large, 1);
    status_of(start(nothing)); /* what this program touches for the first time does not count */
    for (uint32_t i = 0; i < BOMBS; i++) {
        check_bomb(&bombs[i]);
    }
    check_fork_errors();
    ktap_true("this program's own pages are as they were", own_good());
    return ktap_status();
}
