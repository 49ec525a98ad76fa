/* user/shared.c: two processes in one address space, with one table of open files.
 *
 * On several CPUs each remembers page table entries: what one gives up, or makes read-only, the
 * other must not write to any more.
 */

#include "user/include/children.h"

#define FLAGS (CLONE_VM | CLONE_FILES | SIGCHLD)
#define RW (PROT_READ | PROT_WRITE)
#define FIXED (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)
#define AT 0x20000000u
/* Whether the writer is on another CPU at that moment is chance where the CPUs share the host's. */
#define ROUNDS (CPU_COUNT > 1 ? 8 : 1)

/* user/lib/clone_on.asm */
long clone_on(uint32_t flags, void *stack_end, void (*what)(void));

#define CALLS_WHILE_IT_GOES 100

static uint8_t stack[PAGE_SIZE], second_stack[PAGE_SIZE];
static volatile uint32_t written;
static int ends[2];

static void write_and_open(void)
{
    written = 42;
    pipe(ends);
    write(ends[1], "x", 1);
    exit_with(0);
}

static void count_for_ever(void)
{
    for (;;) {
        ++*word_at(AT);
    }
}

static long start(void (*what)(void))
{
    return clone_on(FLAGS, stack + sizeof stack, what);
}

/* A child that writes to the page all the time: does it do so now? */
static long start_writer(void)
{
    mmap2(AT, PAGE_SIZE, RW, FIXED, -1, 0);
    long child = start(count_for_ever);
    while (*word_at(AT) == 0) {
        sched_yield();
    }
    return child;
}

/* Does the word in the page stay as it is, while the writer has a CPU for itself? */
static int is_still(void)
{
    uint32_t was = *word_at(AT);

    sleep_ticks(2);
    return *word_at(AT) == was;
}

/* How the writer ends; if it does not, however long it is given, this is its end. */
static uint32_t end_of(long child)
{
    int status = -1;

    for (uint32_t i = 0; i < PATIENCE_TICKS; i++) {
        if (wait4((int32_t)child, &status, WNOHANG, NULL) == child) {
            return (uint32_t)status;
        }
        sleep_ticks(1);
    }
    kill((int32_t)child, SIGKILL);
    return (uint32_t)status_of(child);
}

static void make_read_only(void)
{
    mprotect(AT, PAGE_SIZE, PROT_READ);
}

static void replace(void)
{
    munmap(AT, PAGE_SIZE);
    mmap2(AT, PAGE_SIZE, PROT_READ, FIXED, -1, 0);
    written = *word_at(AT);
}

static void check_writer(const char *text, void (*change)(void))
{
    int still = 1, killed = 1;

    written = 0;
    for (uint32_t round = 0; round < ROUNDS && still && killed; round++) {
        long child = start_writer();
        change();
        still = written == 0 && is_still();
        killed = end_of(child) == KILLED_BY(SIGSEGV);
    }
    ktap_true(text, still);
    ktap_true("who tries is killed", killed);
}

static int open_ends[2];

static void read_in_time(void)
{
    char byte;

    exit_with(read(open_ends[0], &byte, 1) != 1);
}

/* One waits in read() while the other gives the number of that file up: it is still read. */
static void check_file_in_use(void)
{
    pipe(open_ends);
    long child = start(read_in_time);
    sleep_ticks(2);
    close(open_ends[0]);
    ktap_equal("a pipe whose reader has closed it, but still reads",
               (uint32_t)write(open_ends[1], "x", 1), 1);
    ktap_equal("the byte is read", (uint32_t)status_of(child), EXITED(0));
    close(open_ends[1]);
}

/* On one CPU the others have their turn with the page and without it. */
static void come_and_go(void)
{
    for (;;) {
        munmap(AT, PAGE_SIZE);
        sched_yield();
        mmap2(AT, PAGE_SIZE, RW, FIXED, -1, 0);
        sched_yield();
    }
}

/* The 6th argument is in the page. Where the call comes back to there is no stack. */
static void call_from_there(void)
{
    __asm__ volatile("movl %0, %%ebp\n\tsysenter" : : "i"(AT), "a"(NR_getpid));
}

/* Arguments in a page that goes away, perhaps on another CPU, while the kernel reads them. */
static void check_page_that_goes(void)
{
    long child = start(come_and_go);
    int killed = 1, well = 1;
    char byte;

    for (uint32_t i = 0; i < CALLS_WHILE_IT_GOES; i++) {
        long caller = clone_on(FLAGS, second_stack + sizeof second_stack, call_from_there);
        killed &= status_of(caller) == KILLED_BY(SIGSEGV);
        long result = write(ends[1], (const char *)AT, 1);
        well &= result == -LINUX_EFAULT || (result == 1 && read(ends[0], &byte, 1) == 1);
    }
    kill((int32_t)child, SIGKILL);
    status_of(child);
    ktap_true("SYSENTER with its 6th argument in a page that comes and goes", killed);
    ktap_true("write() out of such a page", well);
}

int main(void)
{
    char byte = 0;

    ktap_plan(12);
    ktap_equal("a child in this address space", (uint32_t)status_of(start(write_and_open)),
               EXITED(0));
    ktap_equal("what it wrote is there", written, 42);
    ktap_equal("its open files are too", (uint32_t)read(ends[0], &byte, 1), 1);

    check_writer("a page that becomes read-only is not written any more", make_read_only);
    check_writer("a page in the place of another is not written", replace);
    check_page_that_goes();
    check_file_in_use();
    ktap_true("the address space is there as long as one needs it", can_write((uint32_t)stack));
    return ktap_status();
}
