/* user/ends.c: how processes end, and who learns of it. */

#include "sys/time.h"
#include "user/include/children.h"
#include "user/include/endings.h"

#define MANY 20
#define MOMENTS 100
#define NO_PAGE ((int *)0x5a5a5000)
#define NOBODY 32000 /* no process has that number */

static void read_nothing(void)
{
    int ends[2];
    char byte;

    pipe(ends);
    read(ends[0], &byte, 1);
}

static void wait_for_sleeper(void)
{
    if (fork() == 0) {
        sleep_ticks(PATIENCE_TICKS / 2); /* it outlives its parent, but not for ever */
        exit_with(0);
    }
    wait4(-1, NULL, 0, NULL);
}

static long start(void (*what)(void))
{
    long child = fork();

    if (child == 0) {
        what();
        exit_with(99);
    }
    return child;
}

static const struct {
    const char *text;
    void (*what)(void);
    int status;
} endings[] = {
    {"exit(7)", exit_7, EXITED(7)},
    {"exit(259)", exit_256, EXITED(3)},
    {"exit_group(255)", exit_all, EXITED(255)},
    {"#DE is SIGFPE", divide, KILLED_BY(SIGFPE)},
    {"#MF is SIGFPE", x87_divide, KILLED_BY(SIGFPE)},
    {"#DB is SIGTRAP", single_step, KILLED_BY(SIGTRAP)},
    {"#BP is SIGTRAP", breakpoint, KILLED_BY(SIGTRAP)},
    {"#OF is SIGSEGV", overflow, KILLED_BY(SIGSEGV)},
    {"#BR is SIGSEGV", out_of_bounds, KILLED_BY(SIGSEGV)},
    {"#UD is SIGILL", undefined, KILLED_BY(SIGILL)},
    {"#GP is SIGSEGV", privileged, KILLED_BY(SIGSEGV)},
    {"#PF is SIGSEGV", null_pointer, KILLED_BY(SIGSEGV)},
    {"a process may kill itself", kill_itself, KILLED_BY(SIGKILL)},
};

#define ENDINGS (sizeof endings / sizeof endings[0])

/* Those who would not end: one that runs, and some that sleep. */
static const struct {
    const char *text;
    void (*what)(void);
} endless[] = {
    {"one that runs is killed", forever},
    {"one that sleeps for a time is killed", sleep_long},
    {"one that sleeps for as long as can be is killed", sleep_longest},
    {"one that reads from a pipe is killed", read_nothing},
};

#define ENDLESS (sizeof endless / sizeof endless[0])

static void check_killed(void)
{
    for (uint32_t i = 0; i < ENDLESS; i++) {
        long child = start(endless[i].what);
        sleep_ticks(2);
        ktap_equal(endless[i].text,
                   (uint32_t)kill((int32_t)child, SIGKILL) << 16 | (uint32_t)status_of(child),
                   KILLED_BY(SIGKILL));
    }
}

/* Killed at one moment or another on its way to sleep: on another CPU that may be while it waits
 * for the kernel lock, and then nobody wakes it again. */
static void check_falling_asleep(void)
{
    uint32_t killed = 0;

    for (uint32_t i = 0; i < MOMENTS; i++) {
        long child = start(sleep_longest);
        for (volatile uint32_t spin = i * 50; spin > 0; spin--) {
        }
        kill((int32_t)child, SIGKILL);
        killed += status_of(child) == KILLED_BY(SIGKILL);
    }
    ktap_equal("one that is about to sleep is killed", killed, MOMENTS);
}

static void check_waiting(void)
{
    int status = 0;

    ktap_equal("no child", (uint32_t)wait4(-1, &status, 0, NULL), (uint32_t)-LINUX_ECHILD);
    long first = start(sleep_longest);
    long second = start(exit_7);
    ktap_equal("not a child", (uint32_t)wait4((int32_t)getpid(), &status, 0, NULL),
               (uint32_t)-LINUX_ECHILD);
    ktap_equal("WNOHANG does not wait", (uint32_t)wait4((int32_t)first, &status, WNOHANG, NULL), 0);
    ktap_equal("a certain child", (uint32_t)waitpid((int32_t)second, &status, 0), (uint32_t)second);
    ktap_equal("its status", (uint32_t)status, EXITED(7));
    ktap_equal("which is told once", (uint32_t)wait4((int32_t)second, &status, 0, NULL),
               (uint32_t)-LINUX_ECHILD);
    second = start(exit_7);
    ktap_equal("any child: the one that has ended", (uint32_t)wait4(-1, &status, 0, NULL),
               (uint32_t)second);
    second = start(exit_7);
    ktap_equal("0 is any child, too", (uint32_t)wait4(0, &status, 0, NULL), (uint32_t)second);
    kill((int32_t)first, SIGKILL);
    ktap_equal("no status wanted", (uint32_t)wait4(-1, NULL, 0, NULL), (uint32_t)first);
    first = start(exit_7);
    ktap_equal("the status where nothing is", (uint32_t)wait4(-1, NO_PAGE, 0, NULL),
               (uint32_t)-LINUX_EFAULT);
    ktap_equal("but the child is gone", (uint32_t)wait4(-1, NULL, 0, NULL),
               (uint32_t)-LINUX_ECHILD);
}

/* Wait until all who can write to a pipe have ended: then there is nothing to read. */
static void wait_for_end(const int *ends)
{
    char byte;

    close(ends[1]);
    read(ends[0], &byte, 1);
    close(ends[0]);
}

static void check_kill(void)
{
    static const int harmless[] = {0, SIGCHLD, SIGCONT, SIGURG, SIGWINCH};
    int ends[2];

    pipe(ends);
    long child = start(exit_7);
    wait_for_end(ends);
    ktap_equal("a child that has ended is still there", (uint32_t)kill((int32_t)child, 0), 0);
    ktap_equal("killing it changes nothing",
               (uint32_t)kill((int32_t)child, SIGKILL) << 16 | (uint32_t)status_of(child),
               EXITED(7));
    ktap_equal("then it is not", (uint32_t)kill((int32_t)child, 0), (uint32_t)-LINUX_ESRCH);
    child = start(forever);
    if (kill((int32_t)child, SIGNAL_LIMIT - 1) != 0) {
        kill((int32_t)child, SIGKILL);
    }
    ktap_equal("the highest signal", (uint32_t)status_of(child), KILLED_BY(SIGNAL_LIMIT - 1));
    ktap_equal("nobody", (uint32_t)kill(NOBODY, SIGKILL), (uint32_t)-LINUX_ESRCH);
    ktap_equal("nobody, by no such signal", (uint32_t)kill(NOBODY, SIGNAL_LIMIT),
               (uint32_t)-LINUX_ESRCH);
    ktap_equal("no such signal", (uint32_t)kill((int32_t)getpid(), SIGNAL_LIMIT),
               (uint32_t)-LINUX_EINVAL);
    ktap_equal("a negative signal", (uint32_t)kill((int32_t)getpid(), -1), (uint32_t)-LINUX_EINVAL);
    for (uint32_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++) {
        ktap_equal("a signal that does nothing", (uint32_t)kill((int32_t)getpid(), harmless[i]), 0);
    }
}

static void check_sleep(void)
{
    static const struct timespec bad[] = {{-1, 0}, {0, -1}, {0, 1000000000}};

    for (uint32_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ktap_equal("nanosleep(): no such time", (uint32_t)nanosleep(&bad[i], NULL),
                   (uint32_t)-LINUX_EINVAL);
    }
    ktap_equal("nanosleep(): a time where nothing is",
               (uint32_t)nanosleep((const struct timespec *)NO_PAGE, NULL),
               (uint32_t)-LINUX_EFAULT);
    long second = start(sleep_a_second), longer = start(sleep_nearly_two);
    ktap_true("nanosleep(): a second is shorter than two in nanoseconds",
              wait4(-1, NULL, 0, NULL) == second || CPU_COUNT > 1);
    kill((int32_t)longer, SIGKILL);
    while (wait4(-1, NULL, 0, NULL) > 0) {
    }
}

/* Each is heard of once, in whatever order they end. */
static void check_many(void)
{
    uint32_t seen = 0;
    int status;

    for (uint32_t i = 0; i < MANY; i++) {
        if (fork() == 0) {
            exit_with((int)i);
        }
    }
    while (wait4(-1, &status, 0, NULL) > 0) {
        seen ^= 1u << (status >> 8);
    }
    ktap_equal("twenty children, each heard of once", seen, (1u << MANY) - 1);
}

/* Who is a process's parent, before and after he is told that he may end? */
static void tell_parents(int to, int old_parent)
{
    int32_t parents[2] = {(int32_t)getppid(), 0};

    write(old_parent, "x", 1);
    for (uint32_t i = 0; i < PATIENCE_TICKS; i++) {
        parents[1] = (int32_t)getppid();
        if (parents[1] != parents[0]) {
            break;
        }
        sleep_ticks(1);
    }
    write(to, parents, sizeof parents);
    exit_with(0);
}

/* A child's child outlives it, and tells by a pipe who its parent is then. */
static void check_orphan(void)
{
    int32_t parents[2] = {-1, -1};
    int ends[2], may_end[2];
    char byte;

    pipe(ends);
    pipe(may_end);
    long child = fork();
    if (child == 0) {
        if (fork() == 0) {
            tell_parents(ends[1], may_end[1]);
        }
        read(may_end[0], &byte, 1);
        exit_with(0);
    }
    status_of(child);
    ktap_equal("the child of a child is not ours", (uint32_t)wait4(-1, NULL, 0, NULL),
               (uint32_t)-LINUX_ECHILD);
    read(ends[0], parents, sizeof parents);
    ktap_equal("it had our child for a parent", (uint32_t)parents[0], (uint32_t)child);
    ktap_equal("and then the kernel", (uint32_t)parents[1], 0);
    child = start(wait_for_sleeper);
    sleep_ticks(2);
    kill((int32_t)child, SIGKILL);
    int status =
        -1; /* known long before its child ends; where the clock is the host's, some time */
    for (uint32_t i = 0; i < PATIENCE_TICKS / (CPU_COUNT > 1 ? 1 : 8) && status < 0; i++) {
        sleep_ticks(1);
        wait4((int32_t)child, &status, WNOHANG, NULL);
    }
    ktap_equal("one that waits for its child is killed, and waits no longer", (uint32_t)status,
               KILLED_BY(SIGKILL));
    if (status < 0) {
        status_of(child);
    }
}

int main(void)
{
    ktap_plan(ENDINGS + ENDLESS + 1 + 11 + 13 + 5 + 1 + 4);
    for (uint32_t i = 0; i < ENDINGS; i++) {
        ktap_equal(endings[i].text, (uint32_t)status_of(start(endings[i].what)),
                   (uint32_t)endings[i].status);
    }
    check_killed();
    check_falling_asleep();
    check_waiting();
    check_kill();
    check_sleep();
    check_many();
    check_orphan();
    return ktap_status();
}
