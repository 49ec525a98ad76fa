/* user/vdso.c: the vDSO, and the clocks that it and the kernel tell. */

#include "lib/lib.h"
#include "user/include/vdso.h"
#include "sys/time.h"
#include "user/include/checks.h"
#include "user/include/start.h"

#define READINGS_MAX 1000000 /* in three ticks */
#define TURNS 250
#define NO_SUCH_CLOCK 999
#define NS_PER_SECOND 1000000000ll

typedef int gettime_t(int id, struct timespec *time);
typedef int gettime64_t(int id, struct timespec64 *time);
typedef int gettimeofday_t(struct timeval *time, struct timezone *zone);
typedef int32_t time_t(int32_t *seconds);

static gettime_t *vdso_gettime;
static gettime64_t *vdso_gettime64;
static gettimeofday_t *vdso_gettimeofday;
static time_t *vdso_time;

static const struct {
    const char *name;
    int id;
} clocks[] = {
    {"CLOCK_REALTIME", CLOCK_REALTIME},
    {"CLOCK_MONOTONIC", CLOCK_MONOTONIC},
    {"CLOCK_MONOTONIC_RAW", CLOCK_MONOTONIC_RAW},
    {"CLOCK_REALTIME_COARSE", CLOCK_REALTIME_COARSE},
    {"CLOCK_MONOTONIC_COARSE", CLOCK_MONOTONIC_COARSE},
    {"CLOCK_BOOTTIME", CLOCK_BOOTTIME},
    {"CLOCK_TAI", CLOCK_TAI},
};
#define CLOCKS (sizeof clocks / sizeof clocks[0])

static long ask_kernel(long number, long a, void *b)
{
    return system_call(number, a, (long)b, 0, 0, 0, 0);
}

static int64_t by_vdso(int id)
{
    struct timespec now = {-1, -1};

    vdso_gettime(id, &now);
    return now.seconds * NS_PER_SECOND + now.nanoseconds;
}

static int64_t by_vdso64(int id)
{
    struct timespec64 now = {-1, -1};

    vdso_gettime64(id, &now);
    return now.seconds * NS_PER_SECOND + now.nanoseconds;
}

static int64_t by_call(int id)
{
    struct timespec now = {-1, -1};

    ask_kernel(NR_clock_gettime, id, &now);
    return now.seconds * NS_PER_SECOND + now.nanoseconds;
}

static int64_t by_call64(int id)
{
    struct timespec64 now = {-1, -1};

    ask_kernel(NR_clock_gettime64, id, &now);
    return now.seconds * NS_PER_SECOND + now.nanoseconds;
}

static void check_names(void)
{
    static const char *const functions[] = {"__vdso_clock_gettime", "__vdso_clock_gettime64",
                                            "__vdso_gettimeofday", "__vdso_time"};
    const uint32_t *page = (const uint32_t *)auxv_value(AT_SYSINFO_EHDR);

    ktap_equal("AT_SYSINFO_EHDR: the beginning of a page", (uint32_t)page % PAGE_SIZE, 0);
    ktap_equal("there is an ELF file", page[0], 0x464c457f);
    ktap_equal("AT_SYSINFO is __kernel_vsyscall", vdso_find("__kernel_vsyscall", "LINUX_2.5"),
               auxv_value(AT_SYSINFO));
    ktap_equal("and its entry point", vdso_entry(), auxv_value(AT_SYSINFO));
    const uint8_t *code = (const uint8_t *)vdso_find("__kernel_sigreturn", "LINUX_2.5");
    ktap_true("__kernel_sigreturn", code && code[0] == 0x58 && code[2] == 119);
    code = (const uint8_t *)vdso_find("__kernel_rt_sigreturn", "LINUX_2.5");
    ktap_true("__kernel_rt_sigreturn", code && code[0] == 0xb8 && code[1] == 173);
    for (uint32_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        ktap_true(functions[i], vdso_find(functions[i], "LINUX_2.6") != 0);
    }
    ktap_equal("not in another version", vdso_find("__vdso_time", "LINUX_2.5"), 0);
    ktap_equal("nor what is not there", vdso_find("__vdso_nothing", "LINUX_2.6"), 0);
}

/* Between two readings of the one kind lies the other, and never before the one before. */
static void check_agreement(void)
{
    for (uint32_t i = 0; i < CLOCKS; i++) {
        int id = clocks[i].id;
        int64_t first = by_call(id), second = by_vdso(id), third = by_vdso64(id);
        int64_t fourth = by_call64(id), fifth = by_vdso(id);
        ktap_true(clocks[i].name, first <= second && second <= third && third <= fourth &&
                                      fourth <= fifth && first >= 0);
    }
}

/* Is a time that was cut off to `unit` nanoseconds between two others? */
static int is_between(int64_t before, int64_t time, int64_t after, int64_t unit)
{
    return before - unit < time && time <= after;
}

/* Whole microseconds and seconds of the same clock. */
static void check_wall_clock(void)
{
    struct timeval day;
    struct timezone zone = {-1, -1};
    int32_t seconds = 0;
    int64_t before = by_call(CLOCK_REALTIME);

    ktap_equal("gettimeofday() of the vDSO", (uint32_t)vdso_gettimeofday(&day, NULL), 0);
    int64_t here = day.seconds * NS_PER_SECOND + day.microseconds * 1000;
    ktap_true("between two readings of CLOCK_REALTIME",
              is_between(before, here, by_vdso(CLOCK_REALTIME), 1000));
    ktap_equal("gettimeofday() of the kernel",
               (uint32_t)ask_kernel(NR_gettimeofday, (long)&day, NULL), 0);
    ktap_true("not before that",
              is_between(here, day.seconds * NS_PER_SECOND + day.microseconds * 1000,
                         by_vdso(CLOCK_REALTIME), 1));

    before = by_call(CLOCK_REALTIME);
    int32_t first = vdso_time(NULL), second = (int32_t)ask_kernel(NR_time, 0, NULL),
            third = vdso_time(&seconds);
    ktap_true("time()",
              is_between(before, first * NS_PER_SECOND, by_call(CLOCK_REALTIME), NS_PER_SECOND));
    ktap_true("of both", first <= second && second <= third && third <= first + 1);
    ktap_equal("and into memory", (uint32_t)seconds, (uint32_t)third);
    vdso_gettimeofday(NULL, &zone);
    ktap_equal("the time zone is 0", (uint32_t)(zone.minutes_west | zone.summer_time), 0);
    ktap_true("it is after 1999", first >= 946684800);
}

static void check_errors(void)
{
    struct timespec resolution = {-1, -1};

    ktap_equal("the vDSO has no such clock", (uint32_t)vdso_gettime(NO_SUCH_CLOCK, &resolution),
               (uint32_t)-EINVAL);
    ktap_equal("nor the kernel", (uint32_t)ask_kernel(NR_clock_gettime64, -1, NULL),
               (uint32_t)-EINVAL);
    ktap_equal("a bad pointer",
               (uint32_t)ask_kernel(NR_clock_gettime, CLOCK_MONOTONIC, (void *)USER_TOP),
               (uint32_t)-EFAULT);
    ktap_equal("the resolution of no clock",
               (uint32_t)ask_kernel(NR_clock_getres, NO_SUCH_CLOCK, NULL), (uint32_t)-EINVAL);
    ktap_equal("no place for the resolution",
               (uint32_t)ask_kernel(NR_clock_getres, CLOCK_REALTIME, NULL), 0);
    ask_kernel(NR_clock_getres, CLOCK_MONOTONIC_COARSE, &resolution);
    ktap_equal("a coarse clock is told to the tick", (uint32_t)resolution.nanoseconds, NS_PER_TICK);
}

static void check_forward(void)
{
    int64_t last = 0, now;
    uint32_t backwards = 0, stood = 0, readings;
    struct timespec resolution = {-1, -1};

    int64_t end = by_vdso(CLOCK_MONOTONIC) + 3 * NS_PER_TICK;
    for (readings = 0; last < end && readings < READINGS_MAX; readings++) {
        now = readings % 16 ? by_vdso(CLOCK_MONOTONIC) : by_call(CLOCK_MONOTONIC);
        backwards += now < last;
        stood += now == last;
        last = now;
    }
    ktap_equal("times that CLOCK_MONOTONIC went back", backwards, 0);
    ask_kernel(NR_clock_getres, CLOCK_MONOTONIC, &resolution);
    ktap_true("nor does it stand still, if it is not told by the tick",
              resolution.nanoseconds != 1 || stood <= readings / 2);

    const struct timespec wanted = {0, 3 * NS_PER_TICK};
    last = by_vdso(CLOCK_MONOTONIC);
    nanosleep(&wanted, NULL);
    now = by_vdso(CLOCK_MONOTONIC);
    ktap_true("it goes on while the program sleeps, for no less than it asked",
              now - last >= 3 * NS_PER_TICK);
}

/* Two processes, on two CPUs if there are, tell each other the time in turns. */
static void check_two_processes(void)
{
    int there[2], back[2], status = -1;
    int64_t sent, got = 0;
    uint32_t backwards = 0;

    pipe(there);
    pipe(back);
    long child = fork();
    for (uint32_t i = 0; i < TURNS; i++) {
        if (child != 0) {
            sent = by_vdso(CLOCK_MONOTONIC);
            backwards += sent < got;
            write(there[1], &sent, sizeof sent);
            read(back[0], &got, sizeof got);
        } else {
            read(there[0], &got, sizeof got);
            sent = by_vdso(CLOCK_MONOTONIC);
            backwards += sent < got;
            write(back[1], &sent, sizeof sent);
        }
    }
    if (child == 0) {
        exit_with(backwards != 0);
    }
    wait4((int32_t)child, &status, 0, NULL);
    ktap_equal("two processes: times that it went back here", backwards, 0);
    ktap_equal("and there", (uint32_t)status, 0);
}

static void int80(long number, long a, long b)
{
    __asm__ volatile("int $0x80" : "+a"(number) : "b"(a), "c"(b) : "memory");
}

/* A child does what it likes with its vDSO; the parent's stays. */
static void check_damage(void)
{
    uint32_t page = auxv_value(AT_SYSINFO_EHDR);
    uint32_t *own = (uint32_t *)page;
    int status = -1;

    long child = fork();
    if (child == 0) {
        if (mprotect(page - PAGE_SIZE, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE) == 0) {
            own[0] = 0;
            own[-1] = 1;
        }
        int80(NR_munmap, (long)page - PAGE_SIZE, 2 * PAGE_SIZE); /* not by way of the page */
        int80(NR_exit, 0, 0);
    }
    wait4((int32_t)child, &status, 0, NULL);
    ktap_equal("a child that damages its vDSO ends well", (uint32_t)status, 0);
    ktap_true("its parent's is as it was", own[0] == 0x464c457f && own[-1] == 0);
    child = fork();
    if (child == 0) {
        exit_with(by_vdso(CLOCK_MONOTONIC) <= 0);
    }
    wait4((int32_t)child, &status, 0, NULL);
    ktap_equal("and its next child's", (uint32_t)status, 0);
}

int main(void)
{
    ktap_plan(12 + CLOCKS + 9 + 6 + 3 + 2 + 3);
    check_names();
    vdso_gettime = (gettime_t *)vdso_find("__vdso_clock_gettime", "LINUX_2.6");
    vdso_gettime64 = (gettime64_t *)vdso_find("__vdso_clock_gettime64", "LINUX_2.6");
    vdso_gettimeofday = (gettimeofday_t *)vdso_find("__vdso_gettimeofday", "LINUX_2.6");
    vdso_time = (time_t *)vdso_find("__vdso_time", "LINUX_2.6");
    check_agreement();
    check_wall_clock();
    check_errors();
    check_forward();
    check_two_processes();
    check_damage();
    return ktap_status();
}
