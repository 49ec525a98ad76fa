/* fs/timerfd.c: timers that are files: timerfd_create(2). */

#include "fs/timerfd.h"

#include "dev/clock.h"
#include "fs/file.h"
#include "mm/mm.h"
#include "sys/calls.h"
#include "sys/time.h"

#define ABSOLUTE 1u /* TFD_TIMER_ABSTIME */
#define CANCEL 2u   /* TFD_TIMER_CANCEL_ON_SET: nobody is told of a clock that was set */

struct timerfd {
    struct node node; /* of those that run */
    uint32_t tick, period;
    uint32_t expirations;
    int clock;
    struct wait_queue changed;
};

static struct node *running;

static void stop(struct timerfd *timer)
{
    if (timer->node.link) {
        node_remove(&timer->node);
    }
}

void timerfds_ring(void)
{
    struct node *next;

    for (struct node *node = running; node; node = next) {
        struct timerfd *timer = node_owner(node, struct timerfd, node);
        int32_t late = (int32_t)(clock_ticks() - timer->tick);
        next = node->next;
        if (late < 0) {
            continue;
        }
        uint32_t more = timer->period ? (uint32_t)late / timer->period : 0;
        timer->expirations += 1 + more;
        timer->tick += (1 + more) * timer->period;
        if (!timer->period) {
            stop(timer);
        }
        ready_changed(&timer->changed);
    }
}

static long timerfd_read(struct file *file, void *buffer, size_t size)
{
    struct timerfd *timer = file->object;

    if (size < sizeof(uint64_t)) {
        return -EINVAL;
    }
    while (timer->expirations == 0) {
        int error = file_wait(file, &timer->changed);
        if (error) {
            return error;
        }
    }
    const uint64_t count = timer->expirations;
    timer->expirations = 0;
    return copy_to_user(buffer, &count, sizeof count) ? -EFAULT : (long)sizeof count;
}

static uint32_t timerfd_ready(struct file *file)
{
    return ((struct timerfd *)file->object)->expirations ? POLLIN : 0;
}

static uint32_t timerfd_events(const struct file *file)
{
    return ((struct timerfd *)file->object)->tick;
}

static struct wait_queue *timerfd_queue(const struct file *file)
{
    return &((struct timerfd *)file->object)->changed;
}

static void timerfd_release(struct file *file)
{
    stop(file->object);
    object_release(file);
}

static const struct file_ops timerfd_ops = {.read = timerfd_read,
                                            .ready = timerfd_ready,
                                            .release = timerfd_release,
                                            .events = timerfd_events,
                                            .queue = timerfd_queue};

long sys_timerfd_create(int clock, uint32_t flags)
{
    if ((flags & ~(uint32_t)(O_CLOEXEC | O_NONBLOCK)) ||
        (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME)) {
        return -EINVAL;
    }
    struct file *file =
        file_with_object(&timerfd_ops, O_RDWR | (flags & O_NONBLOCK), sizeof(struct timerfd));
    if (file) {
        ((struct timerfd *)file->object)->clock = clock;
    }
    return file_install_new(file, flags);
}

static long tell(const struct timerfd *timer, struct timespec *to)
{
    int32_t left = (int32_t)(timer->tick - clock_ticks());
    uint32_t ticks[2] = {timer->period, !timer->node.link ? 0 : left > 0 ? (uint32_t)left : 1};
    struct timespec64 times[2];

    for (int i = 0; i < 2; i++) {
        times[i] = (struct timespec64){ticks[i] / TIMER_HZ, ticks[i] % TIMER_HZ * NS_PER_TICK};
    }
    return times_put(to, times, 2);
}

static long timer_of(int fd, struct timerfd **timer)
{
    const struct file *file = file_of(fd);

    *timer = file ? file->object : NULL;
    return !file ? -EBADF : file->ops != &timerfd_ops ? -EINVAL : 0;
}

long sys_timerfd_settime(int fd, int flags, const struct timespec *new, struct timespec *old)
{
    struct timespec64 times[2]; /* struct itimerspec: the period, and until the first time */
    struct timerfd *timer;

    if (times_get(new, times, 2) != 0) {
        return -EFAULT;
    }
    if (((uint32_t)flags & ~(ABSOLUTE | CANCEL)) || !is_time(&times[0]) || !is_time(&times[1])) {
        return -EINVAL;
    }
    long error = timer_of(fd, &timer);
    error = error || !old ? error : tell(timer, old);
    if (error) {
        return error;
    }
    stop(timer);
    timer->expirations = 0;
    timer->tick = tick_at(times[1], timer->clock, flags & ABSOLUTE);
    timer->period = ticks_of_time(&times[0]);
    if (times[1].seconds != 0 || times[1].nanoseconds != 0) {
        node_insert(&running, &timer->node);
        timerfds_ring(); /* a moment may be past */
    }
    return 0;
}

long sys_timerfd_gettime(int fd, struct timespec *to)
{
    struct timerfd *timer;
    long error = timer_of(fd, &timer);

    return error ? error : tell(timer, to);
}
