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
#define PIECE 32u      /* files that are looked at with one copy */

struct pollfd {
    int32_t fd;
    uint16_t events, revents;
};

/* What poll() or select() are asked about: each file once. Returns how many have something, or
 * -errno. */
typedef long look_function(void *user, uint32_t count);

static inline uint32_t ready_of(int fd, uint32_t events)
{
    struct file *file = file_of(fd);

    if (!file) {
        return fd < 0 ? 0 : POLLNVAL; /* poll() passes over negative ones */
    }
    uint32_t ready = file->ops->ready ? file->ops->ready(file) : POLLIN | POLLOUT;
    uint32_t normal = (ready & (POLLIN | POLLOUT)) << NORMAL_SHIFT;
    return ready ? (ready | normal) & (events | POLLERR | POLLHUP) : 0; /* mostly it has nothing */
}

/* Waits for something until a tick; NULL: for ever. */
static long wait_for(look_function *look, void *user, uint32_t count, const uint32_t *until)
{
    for (int is_late = 0;;) {
        long found = look(user, count);
        if (found || is_late) {
            return found;
        }
        if (signal_pending(current_process())) {
            return -ERESTARTNOHAND;
        }
        is_late = sleep_limited(&pollers, until);
    }
}

/* Only what is another result than before is written: the rest is the program's, and may have
 * changed meanwhile. */
static long look_at_files(void *files, uint32_t count)
{
    struct pollfd piece[PIECE], *user = files;
    long found = 0;

    for (uint32_t here; count != 0; count -= here, user += here) {
        here = lower(count, PIECE);
        if (copy_from_user(piece, user, here * sizeof *piece) != 0) {
            return -EFAULT;
        }
        for (uint32_t i = 0; i < here; i++) {
            uint32_t ready = ready_of(piece[i].fd, piece[i].events);
            if (ready != piece[i].revents &&
                copy_to_user(&user[i].revents, &ready, sizeof piece[i].revents) != 0) {
                return -EFAULT;
            }
            found += ready != 0;
        }
    }
    return found;
}

static long do_poll(struct pollfd *user, uint32_t count, const uint32_t *until)
{
    return count > files_max() ? -EINVAL : wait_for(look_at_files, user, count, until);
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
    uint32_t asked[3][SET_WORDS], found[3][SET_WORDS];
};

static int has_bit(const uint32_t *bits, uint32_t fd)
{
    return (bits[fd / 32] >> fd % 32 & 1) != 0;
}

static long look_at_sets(void *user, uint32_t count)
{
    struct sets *sets = user;
    long found = 0;

    for (uint32_t fd = 0; fd < count; fd++) {
        int in = has_bit(sets->asked[0], fd), out = has_bit(sets->asked[1], fd);
        if (!in && !out && !has_bit(sets->asked[2], fd)) {
            continue;
        }
        uint32_t ready = ready_of((int)fd, POLLIN | POLLOUT);
        if (ready & POLLNVAL) {
            return -EBADF;
        }
        in = in && (ready & (POLLIN | POLLHUP | POLLERR));
        out = out && (ready & (POLLOUT | POLLERR));
        sets->found[0][fd / 32] |= (uint32_t)in << fd % 32;
        sets->found[1][fd / 32] |= (uint32_t)out << fd % 32;
        found += in + out;
    }
    return found;
}

static long do_select(uint32_t count, uint32_t *const user[3], const uint32_t *until)
{
    uint32_t wanted = lower(count, OPEN_MAX), size = (wanted + 31) / 32 * sizeof(uint32_t);
    struct sets *sets = memory_alloc(sizeof *sets);
    long result = !sets ? -ENOMEM : (int32_t)count < 0 ? -EINVAL : 0;

    for (int i = 0; i < 3 && result == 0; i++) {
        result = user[i] ? copy_from_user(sets->asked[i], user[i], size) : 0;
    }
    result = result ? result : wait_for(look_at_sets, sets, wanted, until);
    for (int i = 0; i < 3 && result >= 0; i++) {
        if (user[i] && copy_to_user(user[i], sets->found[i], size) != 0) {
            result = -EFAULT;
        }
    }
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
