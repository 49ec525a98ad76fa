/* sys/sleep.c: system calls that wait for a time. */

#include "dev/clock.h"
#include "mm/mm.h"
#include "proc/process.h"
#include "proc/signals.h"
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

uint32_t tick_of_ms(uint32_t ms)
{
    return clock_ticks() + ticks_of(ms / 1000, ms % 1000 * 1000000) + (ms != 0);
}

/* What is left from now to a moment; nothing if it is over. */
static void subtract_now(struct timespec *moment, int clock)
{
    struct clock_time now = {0, 0};

    time_now(clock, &now);
    moment->seconds -= (int32_t)now.seconds;
    moment->nanoseconds -= (int32_t)(now.nanoseconds >> CLOCK_SHIFT);
    if (moment->nanoseconds < 0) {
        moment->nanoseconds += 1000000000;
        moment->seconds--;
    }
    if (moment->seconds < 0) {
        *moment = (struct timespec){0, 0};
    }
}

/* A tick more than asked for: the next may come at once. */
long tick_of(const struct timespec *user, int clock, int is_moment, uint32_t *tick)
{
    struct timespec time;

    if (copy_from_user(&time, user, sizeof time) != 0) {
        return -EFAULT;
    }
    if (time.seconds < 0 || (uint32_t)time.nanoseconds >= 1000000000u) {
        return -EINVAL;
    }
    if (is_moment) {
        subtract_now(&time, clock);
    }
    int is_zero = time.seconds == 0 && time.nanoseconds == 0;
    *tick = clock_ticks() + ticks_of((uint32_t)time.seconds, (uint32_t)time.nanoseconds) + !is_zero;
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
    const struct timespec time = {(int32_t)(ticks / TIMER_HZ),
                                  (int32_t)(ticks % TIMER_HZ * NS_PER_TICK)};

    if (left) {
        (void)copy_to_user(left, &time, sizeof time);
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
