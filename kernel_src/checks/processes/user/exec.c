/* user/exec.c: execve(): what fails changes nothing; what does not leaves nothing of this program.
 *
 * The second half is looked at by user/exec_target.c, which this becomes.
 */

#include "lib/lib.h"
#include "user/include/children.h"
#include "user/include/exec_target.h"
#include "user/include/uses_sysenter.h"
#include "user/include/x87.h"

#define RW (PROT_READ | PROT_WRITE)
#define FIXED (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)
#define NO_PAGE ((const void *)0x5a5a5000)
#define LONG_BYTES 300
#define LONGEST_NAME 64
#define LONGEST_BYTES (32 * PAGE_SIZE) /* of an argument, with the 0 at its end */
#define LAST_PAGE 0x30000000u          /* behind it is nothing */
#define LARGE_BYTES (1u << 20)         /* two such are more than a quarter of the stack's limit */
#define LONGEST (large + LARGE_BYTES - LONGEST_BYTES)
#define FOUR_LONGEST LONGEST, LONGEST, LONGEST, LONGEST

static const char *const target_arguments[] = {EXEC_ARGUMENTS, NULL};
static const char *const target_environment[] = {EXEC_ENVIRONMENT, NULL};
static const char *const no_page_argument[] = {"exec-target", NO_PAGE, NULL};
static char long_name[LONG_BYTES];
static char large[LARGE_BYTES];
static const char *const large_arguments[] = {large, large, large, NULL};
static const char *const longest_argument[] = {LONGEST, NO_PAGE, NULL};
static const char *const longer_argument[] = {LONGEST - 1, NULL};
/* Each is as long as can be; together with their addresses they are too much. */
static const char *const sixteen_arguments[] = {FOUR_LONGEST, FOUR_LONGEST, FOUR_LONGEST,
                                                FOUR_LONGEST, NULL};
static const char *const last_argument[] = {(const char *)LAST_PAGE + PAGE_SIZE - 3, NULL};
static const char *const sleepy_arguments[] = {"sleepy", NULL};

struct row {
    const char *text;
    const char *path;
    const char *const *arguments, *const *environment;
    long result;
};

static const struct row rows[] = {
    {"no such program", "nobody", target_arguments, NULL, -LINUX_ENOENT},
    {"no name", "", target_arguments, NULL, -LINUX_ENOENT},
    {"a name that is too long", long_name, target_arguments, NULL, -LINUX_ENAMETOOLONG},
    {"one that is as long as can be", long_name + LONG_BYTES - LONGEST_NAME - 1, target_arguments,
     NULL, -LINUX_ENOENT},
    {"no such program, an argument up to the end of memory", "nobody", last_argument, NULL,
     -LINUX_ENOENT},
    {"the longest argument, and one where nothing is", "exec-target", longest_argument, NULL,
     -LINUX_EFAULT},
    {"an argument that is longer by a byte", "exec-target", longer_argument, NULL, -LINUX_E2BIG},
    {"sixteen of the longest arguments", "exec-target", sixteen_arguments, NULL, -LINUX_E2BIG},
    {"a name up to the end of memory", (const char *)LAST_PAGE + PAGE_SIZE - 3, target_arguments,
     NULL, -LINUX_ENOENT},
    {"a name where nothing is", NO_PAGE, target_arguments, NULL, -LINUX_EFAULT},
    {"a name in the kernel", (const char *)KERNEL_BASE, target_arguments, NULL, -LINUX_EFAULT},
    {"arguments where nothing is", "exec-target", NO_PAGE, NULL, -LINUX_EFAULT},
    {"an argument where nothing is", "exec-target", no_page_argument, NULL, -LINUX_EFAULT},
    {"an environment where nothing is", "exec-target", target_arguments, NO_PAGE, -LINUX_EFAULT},
    {"arguments that are too large", "exec-target", large_arguments, NULL, -LINUX_E2BIG},
};

#define ROWS (sizeof rows / sizeof rows[0])

/* Every register is kept, as after any call. */
static void check_failure(const struct gate *gate, const struct row *row)
{
    struct registers before = registers_pattern(NR_execve);

    before.ebx = (uint32_t)row->path;
    before.ecx = (uint32_t)row->arguments;
    before.edx = (uint32_t)row->environment;
    check_call(gate, row->text, &before, (uint32_t)row->result);
}

static void check_failures(const struct gate *gate)
{
    memset(long_name, 'x', sizeof long_name - 1);
    memset(large, 'x', sizeof large - 1);
    mmap2(LAST_PAGE, PAGE_SIZE, RW, FIXED, -1, 0);
    memcpy((char *)LAST_PAGE + PAGE_SIZE - 3, "xx", 3);
    if (x87_usable()) {
        x87_load(99);
    }
    for (uint32_t i = 0; i < ROWS; i++) {
        check_failure(gate, &rows[i]);
    }
    ktap_true("after all of them the x87 is as it was", !x87_usable() || x87_holds(99));
}

/* Leave as much behind as there is: pages, heap, registers, flags, selectors. */
static void become_target(const struct gate *gate)
{
    struct registers before = registers_pattern(NR_execve);
    struct registers after;

    mmap2(EXEC_OLD_PAGE, PAGE_SIZE, RW, FIXED, -1, 0);
    *word_at(EXEC_OLD_PAGE) = 1;
    brk(brk(0) + 100 * PAGE_SIZE);
    if (x87_usable()) {
        x87_load(12345);
    }
    before.ebx = (uint32_t) "exec-target";
    before.ecx = (uint32_t)target_arguments;
    before.edx = (uint32_t)target_environment;
    before.eflags |= EFLAGS_KEPT;
    before.fs = SEL_USER_DATA;
    before.gs = SEL_USER_CODE;
    registers_call(&before, &after, gate->enter);
    exit_with(100); /* it came back */
}

static void check_success(const struct gate *gate, const char *text)
{
    long child = fork();

    if (child == 0) {
        become_target(gate);
    }
    ktap_equal(text, (uint32_t)status_of(child), EXITED(0));
}

/* SYSENTER with TF set: the kernel keeps in mind that it goes on step by step. */
static void become_target_stepped(void)
{
    __asm__ volatile("leal -64(%%esp), %%ebp\n\t"
                     "pushfl\n\t"
                     "orl %0, (%%esp)\n\t"
                     "popfl\n\t"
                     "sysenter"
                     :
                     : "i"(EFLAGS_TF), "a"(NR_execve), "b"("exec-target"), "c"(target_arguments),
                       "d"(target_environment)
                     : "memory");
    exit_with(100);
}

static void check_stepped(void)
{
    const char *text = "execve() of one that is stepped: the other program is not";

    if (!uses_sysenter()) {
        ktap_skip(text, "this CPU has no SYSENTER");
        return;
    }
    long child = fork();
    if (child == 0) {
        become_target_stepped();
    }
    ktap_equal(text, (uint32_t)status_of(child), EXITED(0));
}

/* Two numbers that parent and child share, as vfork() lets them; and the order of events. */
static volatile uint32_t events;

static void check_vfork_exec(void)
{
    events = 0;
    long child = vfork();
    if (child == 0) {
        sched_yield(); /* the parent could run now if it did not wait */
        events = events * 10 + 1;
        execve("exec-target", target_arguments, target_environment);
        exit_with(100);
    }
    events = events * 10 + 2;
    ktap_equal("vfork(): the child first, in the parent's memory, until execve()", events, 12);
    ktap_equal("and the other program ends well", (uint32_t)status_of(child), EXITED(0));
}

static void check_vfork_exit(void)
{
    events = 0;
    long child = vfork();
    if (child == 0) {
        sleep_ticks(1);
        events = events * 10 + 1;
        execve("nobody", target_arguments, NULL);
        events = events * 10 + 2;
        exit_with(3);
    }
    events = events * 10 + 3;
    ktap_equal("vfork(): the child first, until it exits", events, 123);
    ktap_equal("and its status", (uint32_t)status_of(child), EXITED(3));
}

/* The parent need not wait any longer, whatever the other program does. */
static void check_vfork_goes_on(void)
{
    int status = -1;
    long child = vfork();

    if (child == 0) {
        execve("sleepy", sleepy_arguments, NULL);
        exit_with(100);
    }
    ktap_equal("vfork(): until it has another program",
               (uint32_t)wait4((int32_t)child, &status, WNOHANG, NULL), 0);
    ktap_equal("and that ends well", (uint32_t)status_of(child), EXITED(0));
}

static void check_vfork_killed(void)
{
    long child = vfork();

    if (child == 0) {
        __asm__ volatile("ud2");
    }
    ktap_equal("vfork(): until it is killed", (uint32_t)status_of(child), KILLED_BY(SIGILL));
}

int main(void)
{
    struct gate gates[GATES_MAX];
    uint32_t count = gates_find(gates);

    ktap_plan(count * (ROWS + 2) + 8);
    for (uint32_t i = 0; i < count; i++) {
        check_failures(&gates[i]);
        check_success(&gates[i], "the other program finds what it must, and nothing else");
    }
    check_stepped();
    check_vfork_exec();
    check_vfork_exit();
    check_vfork_goes_on();
    check_vfork_killed();
    return ktap_status();
}
