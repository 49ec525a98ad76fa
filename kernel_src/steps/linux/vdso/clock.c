/* vdso/clock.c: what time it is, without entering the kernel.
 *
 * These functions run in ring 3, at whatever address the program was given the vDSO. The page
 * before it has the time: see include/clock_data.h. What that does not tell the kernel is asked
 * for.
 */

#include "include/clock_data.h"
#include "sys/time.h"

#define EXPORT __attribute__((visibility("default")))

/* The linker script says where: at a known distance from this code. Not const: it changes. */
extern struct clock_data vdso_clock_data __attribute__((visibility("hidden")));

int __vdso_clock_gettime(int id, struct timespec *result);
int __vdso_clock_gettime64(int id, struct timespec64 *result);
int __vdso_gettimeofday(struct timeval *result, struct timezone *zone);
int32_t __vdso_time(int32_t *result);

static long ask_kernel(long number, long a, void *b)
{
    __asm__ volatile("int $0x80" : "+a"(number) : "b"(a), "c"(b) : "memory");
    return number;
}

/* The clock, if it can be read here. */
INLINE const struct clock_time *clock_here(int id)
{
    const struct clock_time *clock = clock_of(&vdso_clock_data, id);

    return vdso_clock_data.multiplier != 0 ? clock : NULL;
}

/* What a clock shows now, for CPUs with a TSC. If the kernel changes the data meanwhile it begins
 * again: the sequence is odd, or another. CPUs keep the order of the loads. Compilers do because of
 * an empty assembly statement that may change all memory: a fence of C's holds atomic loads only,
 * and clang moves others past it. */
INLINE struct clock_time clock_read(const struct clock_time *clock)
{
    struct clock_time now;
    uint32_t sequence;

    do {
        sequence = __atomic_load_n(&vdso_clock_data.sequence, __ATOMIC_ACQUIRE) & ~1u;
        now = *clock;
        now.nanoseconds += clock_elapsed(&vdso_clock_data, __builtin_ia32_rdtsc());
        __asm__ volatile("" ::: "memory");
    } while (sequence != vdso_clock_data.sequence);
    clock_carry(&now);
    return now;
}

EXPORT int __vdso_clock_gettime(int id, struct timespec *result)
{
    const struct clock_time *clock = clock_here(id);

    if (!clock) {
        return (int)ask_kernel(NR_clock_gettime, id, result);
    }
    struct clock_time now = clock_read(clock);
    result->seconds = (int32_t)now.seconds;
    result->nanoseconds = (int32_t)(now.nanoseconds >> CLOCK_SHIFT);
    return 0;
}

EXPORT int __vdso_clock_gettime64(int id, struct timespec64 *result)
{
    const struct clock_time *clock = clock_here(id);

    if (!clock) {
        return (int)ask_kernel(NR_clock_gettime64, id, result);
    }
    struct clock_time now = clock_read(clock);
    result->seconds = now.seconds;
    result->nanoseconds = (int64_t)(now.nanoseconds >> CLOCK_SHIFT);
    return 0;
}

EXPORT int __vdso_gettimeofday(struct timeval *result, struct timezone *zone)
{
    const struct clock_time *clock = clock_here(CLOCK_REALTIME);

    if (!clock || zone) {
        return (int)ask_kernel(NR_gettimeofday, (long)result, zone);
    }
    if (result) {
        struct clock_time now = clock_read(clock);
        result->seconds = (int32_t)now.seconds;
        result->microseconds = (int32_t)((uint32_t)(now.nanoseconds >> CLOCK_SHIFT) / 1000);
    }
    return 0;
}

EXPORT int32_t __vdso_time(int32_t *result)
{
    const struct clock_time *clock = clock_here(CLOCK_REALTIME);

    if (!clock) {
        return (int32_t)ask_kernel(NR_time, (long)result, NULL);
    }
    struct clock_time now = clock_read(clock);
    if (result) {
        *result = (int32_t)now.seconds;
    }
    return (int32_t)now.seconds;
}
