/* sys/poll.c: waiting for several files at once: poll(2), select(2). */

#include "dev/clock.h"
#include "fs/file.h"
#include "fs/ready.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"
#include "proc/signals.h"
#include "sys/calls.h"
#include "sys/time.h"

#define SET_WORDS (OPEN_MAX / 32)
#define NORMAL_SHIFT 6 /* POLLRDNORM and POLLWRNORM are other names of POLLIN and POLLOUT */

struct pollfd {
    int32_t fd;
    int16_t events, revents;
};

/* Those of a call, in pieces of a page. */
#define POLLS_IN_PAGE (PAGE_SIZE / sizeof(struct pollfd))

struct polls {
    struct pollfd *page[OPEN_MAX / POLLS_IN_PAGE];
    uint32_t count;
};

static struct pollfd *poll_at(const struct polls *polls, uint32_t i)
{
    return &polls->page[i / POLLS_IN_PAGE][i % POLLS_IN_PAGE];
}

static void polls_free(const struct polls *polls)
{
    for (uint32_t i = 0; i < OPEN_MAX / POLLS_IN_PAGE; i++) {
        memory_free(polls->page[i]);
    }
}

/* Room for so many; all zeros at first. Returns 0 or -ENOMEM. */
static int polls_alloc(struct polls *polls, uint32_t count)
{
    for (; polls->count < count; polls->count += lower(count - polls->count, POLLS_IN_PAGE)) {
        uint32_t part = lower(count - polls->count, POLLS_IN_PAGE);
        struct pollfd *page = memory_alloc(part * sizeof *page);
        if (!page) {
            polls_free(polls);
            return -ENOMEM;
        }
        polls->page[polls->count / POLLS_IN_PAGE] = page;
    }
    return 0;
}

static uint32_t ready_of(const struct pollfd *poll)
{
    struct file *file = file_of(poll->fd);
    uint32_t asked = (uint16_t)poll->events | POLLERR | POLLHUP;

    if (poll->fd < 0) {
        return 0;
    }
    if (!file) {
        return POLLNVAL;
    }
    uint32_t ready = file->ops->ready ? file->ops->ready(file) : POLLIN | POLLOUT;
    return (ready | (ready & (POLLIN | POLLOUT)) << NORMAL_SHIFT) & asked;
}

/* Returns how many of the files have something, waiting for that until a tick; NULL: for ever. */
static long poll_files(const struct polls *polls, uint32_t count, const uint32_t *until)
{
    for (int is_late = 0;;) {
        long found = 0;
        for (uint32_t i = 0; i < count; i++) {
            struct pollfd *poll = poll_at(polls, i);
            poll->revents = (int16_t)ready_of(poll);
            found += poll->revents != 0;
        }
        if (found || is_late) {
            return found;
        }
        if (signal_pending(current_process())) {
            return -ERESTARTNOHAND;
        }
        is_late = sleep_limited(&pollers, until);
    }
}

static long polls_read(const struct polls *polls, const struct pollfd *user)
{
    int error = 0;

    for (uint32_t i = 0; i < polls->count && error == 0; i += POLLS_IN_PAGE) {
        uint32_t part = lower(polls->count - i, POLLS_IN_PAGE);
        error = copy_from_user(poll_at(polls, i), &user[i], part * sizeof *user);
    }
    return error;
}

/* Only what was found: the rest is the program's, and may have changed meanwhile. */
static long polls_tell(const struct polls *polls, struct pollfd *user)
{
    int error = 0;

    for (uint32_t i = 0; i < polls->count && error == 0; i++) {
        const struct pollfd *poll = poll_at(polls, i);
        error = copy_to_user(&user[i].revents, &poll->revents, sizeof poll->revents);
    }
    return error;
}

static long do_poll(struct pollfd *user, uint32_t count, const uint32_t *until)
{
    struct polls polls = {{NULL}, 0};

    if (count > files_max()) {
        return -EINVAL;
    }
    if (polls_alloc(&polls, count) != 0) {
        return -ENOMEM;
    }
    long error = polls_read(&polls, user);
    long result = error ? error : poll_files(&polls, count, until);
    if (result >= 0 && polls_tell(&polls, user) != 0) {
        result = -EFAULT;
    }
    polls_free(&polls);
    return result;
}

long sys_poll(struct pollfd *user, uint32_t count, int timeout_ms)
{
    uint32_t until = tick_of_ms((uint32_t)timeout_ms);

    return do_poll(user, count, timeout_ms < 0 ? NULL : &until);
}

long sys_ppoll(struct pollfd *user, uint32_t count, struct timespec *timeout, const sigset *mask,
               uint32_t mask_size)
{
    uint32_t until = 0;
    long error = timeout ? tick_of(timeout, CLOCK_MONOTONIC, 0, &until) : 0;

    error = error || !mask ? error : signals_wait_with(mask, mask_size);
    if (error) {
        return error;
    }
    long result = do_poll(user, count, timeout ? &until : NULL);
    tell_left(timeout, until);
    return result;
}

/* ---- select(): the same with three bit maps: to read, to write, and for what never comes ---- */

struct sets {
    uint32_t bits[3][SET_WORDS];
};

static int has_bit(const uint32_t *bits, uint32_t fd)
{
    return (bits[fd / 32] >> fd % 32 & 1) != 0;
}

static uint32_t words_of(uint32_t count)
{
    return (count + 31) / 32;
}

static int sets_read(struct sets *sets, uint32_t count, uint32_t *const user[3])
{
    int error = 0;

    for (int i = 0; i < 3 && error == 0; i++) {
        if (user[i]) {
            error = copy_from_user(sets->bits[i], user[i], words_of(count) * sizeof(uint32_t));
        }
    }
    return error;
}

static uint32_t files_of(const struct sets *sets, uint32_t count, const struct polls *polls)
{
    uint32_t used = 0;

    for (uint32_t fd = 0; fd < count; fd++) {
        int events =
            (has_bit(sets->bits[0], fd) ? POLLIN : 0) | (has_bit(sets->bits[1], fd) ? POLLOUT : 0);
        if (events || has_bit(sets->bits[2], fd)) {
            *poll_at(polls, used++) = (struct pollfd){(int32_t)fd, (int16_t)events, 0};
        }
    }
    return used;
}

/* Bits of what was found. Returns how many, or -EBADF if a file is not open. */
static long sets_fill(struct sets *sets, const struct polls *polls, uint32_t used)
{
    long found = 0;

    memset(sets, 0, sizeof *sets);
    for (uint32_t i = 0; i < used; i++) {
        const struct pollfd *poll = poll_at(polls, i);
        uint32_t word = (uint32_t)poll->fd / 32, bit = 1u << poll->fd % 32;
        if (poll->revents & POLLNVAL) {
            return -EBADF;
        }
        if (poll->events & POLLIN && poll->revents & (POLLIN | POLLHUP | POLLERR)) {
            sets->bits[0][word] |= bit;
            found++;
        }
        if (poll->events & POLLOUT && poll->revents & (POLLOUT | POLLERR)) {
            sets->bits[1][word] |= bit;
            found++;
        }
    }
    return found;
}

static long do_select(uint32_t count, uint32_t *const user[3], const uint32_t *until)
{
    uint32_t wanted = lower(count, OPEN_MAX);
    struct sets *sets = memory_alloc(sizeof *sets);
    struct polls polls = {{NULL}, 0};

    if (!sets || polls_alloc(&polls, (int32_t)count < 0 ? 0 : wanted) != 0) {
        memory_free(sets);
        return -ENOMEM;
    }
    long result = (int32_t)count < 0 ? -EINVAL : sets_read(sets, wanted, user);
    if (result == 0) {
        uint32_t used = files_of(sets, wanted, &polls);
        result = poll_files(&polls, used, until);
        result = result < 0 ? result : sets_fill(sets, &polls, used);
    }
    for (int i = 0; i < 3 && result >= 0; i++) {
        if (user[i] &&
            copy_to_user(user[i], sets->bits[i], words_of(wanted) * sizeof(uint32_t)) != 0) {
            result = -EFAULT;
        }
    }
    polls_free(&polls);
    memory_free(sets);
    return result;
}

long sys__newselect(uint32_t count, uint32_t *in, uint32_t *out, uint32_t *except,
                    struct timeval *timeout)
{
    uint32_t *const user[3] = {in, out, except};
    struct timeval time = {0, 0};

    if (timeout && copy_from_user(&time, timeout, sizeof time) != 0) {
        return -EFAULT;
    }
    if (time.seconds < 0 || time.microseconds < 0) {
        return -EINVAL;
    }
    uint32_t ticks = ticks_of((uint32_t)time.seconds + (uint32_t)time.microseconds / 1000000,
                              (uint32_t)time.microseconds % 1000000 * 1000);
    uint32_t until = clock_ticks() + ticks + (ticks != 0);
    long result = do_select(count, user, timeout ? &until : NULL);
    if (timeout) {
        time = timeval_of(ticks_left(until));
        (void)copy_to_user(timeout, &time, sizeof time);
    }
    return result;
}

/* The last argument holds two: a signal mask for the time of waiting, and its size. */
long sys_pselect6(uint32_t count, uint32_t *in, uint32_t *out, uint32_t *except,
                  struct timespec *timeout, const uint32_t *mask_and_size)
{
    uint32_t *const user[3] = {in, out, except};
    uint32_t until = 0, mask[2] = {0, 0};

    long error = timeout ? tick_of(timeout, CLOCK_MONOTONIC, 0, &until) : 0;

    error = error || !mask_and_size ? error : copy_from_user(mask, mask_and_size, sizeof mask);
    error = error || !mask[0] ? error : signals_wait_with((const sigset *)mask[0], mask[1]);
    if (error) {
        return error;
    }
    long result = do_select(count, user, timeout ? &until : NULL);
    tell_left(timeout, until);
    return result;
}
