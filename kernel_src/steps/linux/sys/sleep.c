/* sys/sleep.c: system calls that wait for a time. */

#include "dev/clock.h"
#include "mm/mm.h"
#include "proc/process.h"
#include "sys/calls.h"
#include "sys/time.h"
#include "sys/times.h"

#define SECONDS_MAX 10000000u /* 115 days: the tick counter is half around then */

uint32_t ticks_of(uint32_t seconds, uint32_t nanoseconds)
{
    return seconds >= SECONDS_MAX
               ? SECONDS_MAX * TIMER_HZ
               : seconds * TIMER_HZ + (nanoseconds + NS_PER_TICK - 1) / NS_PER_TICK;
}

uint32_t ticks_of_time(const struct timespec64 *time)
{
    return ticks_of(time->seconds < SECONDS_MAX ? (uint32_t)time->seconds : SECONDS_MAX,
                    (uint32_t)time->nanoseconds);
}

uint32_t tick_of_ms(uint32_t ms)
{
    return clock_ticks() + ticks_of(ms / 1000, ms % 1000 * 1000000) + (ms != 0);
}

static int is_wide(void)
{
    return process_regs(current_process())->orig_eax >= NR_clock_gettime64;
}

/* Of the nanoseconds' 64 bits the upper half is padding. */
int times_get(const struct timespec *from, struct timespec64 *times, uint32_t count)
{
    struct timespec narrow;
    int error = is_wide() ? copy_from_user(times, from, count * sizeof *times) : 0;

    for (uint32_t i = 0; i < count && error == 0; i++) {
        if (is_wide()) {
            times[i].nanoseconds = (int32_t)times[i].nanoseconds;
        } else {
            error = copy_from_user(&narrow, &from[i], sizeof narrow);
            times[i] = (struct timespec64){narrow.seconds, narrow.nanoseconds};
        }
    }
    return error;
}

int times_put(struct timespec *to, const struct timespec64 *times, uint32_t count)
{
    int error = is_wide() ? copy_to_user(to, times, count * sizeof *times) : 0;

    for (uint32_t i = 0; i < count && error == 0 && !is_wide(); i++) {
        const struct timespec narrow = {(int32_t)times[i].seconds, (int32_t)times[i].nanoseconds};
        error = copy_to_user(&to[i], &narrow, sizeof narrow);
    }
    return error;
}

int is_time(const struct timespec64 *time)
{
    return time->seconds >= 0 && (uint64_t)time->nanoseconds < 1000000000u;
}

/* What is left from now to a moment; nothing if it is over. */
static void subtract_now(struct timespec64 *moment, int clock)
{
    struct clock_time now = {0, 0};

    time_now(clock, &now);
    moment->seconds -= now.seconds;
    moment->nanoseconds -= (int32_t)(now.nanoseconds >> CLOCK_SHIFT);
    if (moment->nanoseconds < 0) {
        moment->nanoseconds += 1000000000;
        moment->seconds--;
    }
    if (moment->seconds < 0) {
        *moment = (struct timespec64){0, 0};
    }
}

/* A tick more than asked for: the next may come at once. */
uint32_t tick_at(struct timespec64 time, int clock, int is_moment)
{
    if (is_moment) {
        subtract_now(&time, clock);
    }
    int is_zero = time.seconds == 0 && time.nanoseconds == 0;
    return clock_ticks() + ticks_of_time(&time) + !is_zero;
}

long tick_of(const struct timespec *user, int clock, int is_moment, uint32_t *tick)
{
    struct timespec64 time;

    if (times_get(user, &time, 1) != 0) {
        return -EFAULT;
    }
    if (!is_time(&time)) {
        return -EINVAL;
    }
    *tick = tick_at(time, clock, is_moment);
    return 0;
}

/* Less the one that tick_of() adds: else who is interrupted at each tick would sleep for ever. */
uint32_t ticks_left(uint32_t until)
{
    int32_t left = (int32_t)(until - clock_ticks());

    return left > 1 ? (uint32_t)left - 1 : 0;
}

void tell_left(struct timespec *left, uint32_t until)
{
    uint32_t ticks = ticks_left(until);
    const struct timespec64 time = {ticks / TIMER_HZ, ticks % TIMER_HZ * NS_PER_TICK};

    if (left) {
        (void)times_put(left, &time, 1);
    }
}

int sleep_limited(struct wait_queue *queue, const uint32_t *until)
{
    if (until) {
        return sleep_until(queue, *until);
    }
    sleep_on(queue);
    return 0;
}

/* A sleep that a stop interrupts goes on to the same end, not for as long again. */
static long sleep_to(uint32_t until, struct timespec *left)
{
    struct process *process = current_process();
    struct wait_queue nobody = {NULL, NULL};

    if (process->restart_tick != 0) {
        until = process->restart_tick;
    }
    process->restart_tick = 0;
    while (!signal_pending(process)) {
        if (sleep_until(&nobody, until)) {
            return 0;
        }
    }
    process->restart_tick = until ? until : 1;
    tell_left(left, until);
    return -ERESTARTNOHAND;
}

long sys_clock_nanosleep(int clock, int flags, const struct timespec *wanted, struct timespec *left)
{
    uint32_t until;

    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME) {
        return -EINVAL;
    }
    long error = tick_of(wanted, clock, flags & TIMER_ABSTIME, &until);
    return error ? error : sleep_to(until, flags & TIMER_ABSTIME ? NULL : left);
}

long sys_pause(void)
{
    struct wait_queue nobody = {NULL, NULL};

    while (!signal_pending(current_process())) {
        sleep_on(&nobody);
    }
    return -ERESTARTNOHAND;
}
