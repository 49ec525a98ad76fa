/* fs/tty_file.c: the terminal as a file. */

#include "dev/dev.h"
#include "fs/file.h"
#include "fs/tty.h"
#include "fs/tty_state.h"
#include "kernel/kernel.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "proc/process.h"
#include "proc/signals.h"

#define CHUNK_BYTES 256
#define TICKS_PER_VTIME (TIMER_HZ / 10)

/* A process in the background is stopped when it wants the terminal. Returns 0 or -errno. */
static long check_foreground(int signal)
{
    struct process *process = current_process();
    const struct signal_info info = {.signal = signal, .code = SI_KERNEL};

    if (tty.sid == 0 || process->group->sid != tty.sid || process->group->pgid == tty.pgid) {
        return 0;
    }
    if (action_of(process, signal)->handler == SIG_IGN || (process->blocked & signal_bit(signal))) {
        return signal == SIGTTIN ? -EIO : 0;
    }
    if (!group_may_stop(process)) {
        return -EIO;
    }
    signal_send_group(process->group->pgid, &info);
    return -ERESTARTSYS;
}

/* Take characters out, to the end of a line or until there are enough. */
static long take(uint8_t *buffer, size_t size)
{
    size_t done = 0;

    while (done < size && tty_available() != 0) {
        uint16_t cell = tty_cells[tty.tail % TTY_CELLS];
        uint8_t c = (uint8_t)cell;
        if ((cell & CELL_EOF) == 0) {
            if (copy_to_user(buffer + done, &c, 1) != 0) {
                return done ? (long)done : -EFAULT;
            }
            done++;
        }
        tty.tail++;
        if ((cell & CELL_END) && tty_has(ICANON)) {
            break;
        }
    }
    return (long)done;
}

/* Wait until `count` characters are there; without VMIN at most for VTIME. Returns 0 or -errno. */
static long wait_for(const struct file *file, uint32_t count)
{
    uint32_t vtime = tty_has(ICANON) ? 0 : tty.termios.cc[VTIME];
    uint32_t deadline = timer_ticks + vtime * TICKS_PER_VTIME + 1;

    while (tty_available() < count) {
        if (file->flags & O_NONBLOCK) {
            return tty_available() ? 0 : -EAGAIN;
        }
        if (signal_pending(current_process())) {
            return -ERESTARTSYS;
        }
        uint32_t before = tty_available();
        if (vtime == 0 || (tty.termios.cc[VMIN] != 0 && before == 0)) {
            sleep_on(&tty.readers);
            deadline = timer_ticks + vtime * TICKS_PER_VTIME + 1;
        } else if (sleep_until(&tty.readers, deadline)) {
            return 0;
        } else if (tty_available() != before) {
            deadline = timer_ticks + vtime * TICKS_PER_VTIME + 1; /* from character to character */
        }
    }
    return 0;
}

static uint32_t wanted(size_t size)
{
    uint32_t vmin = tty.termios.cc[VMIN];

    if (tty_has(ICANON)) {
        return 1;
    }
    return vmin == 0 ? tty.termios.cc[VTIME] != 0 : vmin < size ? vmin : size;
}

static long tty_read(struct file *file, void *buffer, size_t size)
{
    long error = size ? check_foreground(SIGTTIN) : 0;

    if (error || size == 0) {
        return error;
    }
    error = wait_for(file, wanted(size));
    if (error == 0) {
        error = take(buffer, size);
        console_poll();
    }
    return error;
}

/* While Ctrl-S holds the output. Returns 0 or -errno. */
static long wait_for_output(const struct file *file)
{
    while (tty.is_stopped) {
        if (file->flags & O_NONBLOCK) {
            return -EAGAIN;
        }
        if (signal_pending(current_process())) {
            return -ERESTARTSYS;
        }
        sleep_on(&tty.writers);
    }
    return 0;
}

static long tty_write(struct file *file, const void *buffer, size_t size)
{
    char chunk[CHUNK_BYTES];
    size_t done = 0;
    long error = tty.termios.lflag & TOSTOP ? check_foreground(SIGTTOU) : 0;

    while (error == 0 && done < size) {
        size_t part = size - done < sizeof chunk ? size - done : sizeof chunk;
        error = wait_for_output(file);
        error = error ? error : copy_from_user(chunk, (const char *)buffer + done, part);
        if (error == 0) {
            tty_put(chunk, part);
            done += part;
        }
    }
    return done ? (long)done : error;
}

static uint32_t tty_ready(struct file *file)
{
    (void)file;
    return (tty.is_stopped ? 0 : POLLOUT) | (tty_available() ? POLLIN : 0);
}

/* ---- ioctl() ---- */

/* Forget what was typed. */
static void forget_keys(void)
{
    tty.head = tty.tail = tty.line_start = 0;
    console_poll();
}

static long set_termios(const void *argument, int flush)
{
    struct termios termios;
    long error = check_foreground(SIGTTOU);

    if (error) {
        return error;
    }
    if (copy_from_user(&termios, argument, sizeof termios) != 0) {
        return -EFAULT;
    }
    if (flush) {
        forget_keys();
    }
    /* What was typed as characters can be read as such, and the other way round. */
    if ((termios.lflag ^ tty.termios.lflag) & ICANON) {
        tty.line_start = tty.head;
    }
    tty.termios = termios;
    ready_changed(&tty.readers);
    if ((termios.iflag & IXON) == 0) {
        tty_stop(0);
    }
    return 0;
}

static int is_mine(void)
{
    return tty.sid != 0 && current_process()->group->sid == tty.sid;
}

static long set_foreground(const void *argument)
{
    int32_t pgid;

    if (!is_mine()) {
        return -ENOTTY;
    }
    long error = check_foreground(SIGTTOU);
    if (error) {
        return error;
    }
    if (copy_from_user(&pgid, argument, sizeof pgid) != 0) {
        return -EFAULT;
    }
    if (!group_exists(pgid, tty.sid)) {
        return pgid <= 0 ? -EINVAL : -EPERM;
    }
    tty.pgid = pgid;
    return 0;
}

/* The terminal of the caller's session, if that has none and nobody else has it. */
static long take_terminal(int by_force)
{
    const struct group *group = current_process()->group;

    if (is_mine()) {
        return 0;
    }
    if (group->sid != group->leader->pid || (tty.sid != 0 && !by_force)) {
        return -EPERM;
    }
    tty.sid = group->sid;
    tty.pgid = group->pgid;
    return 0;
}

static long give_up_terminal(void)
{
    if (!is_mine()) {
        return -ENOTTY;
    }
    tty_leave(current_process()->group);
    return 0;
}

static long tty_control(struct file *file, uint32_t request, void *argument)
{
    int32_t count = (int32_t)tty_available();
    const struct winsize before = tty.winsize;

    (void)file;
    switch (request) {
    case TCGETS:
        return copy_to_user(argument, &tty.termios, sizeof tty.termios);
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
        return set_termios(argument, request == TCSETSF);
    case TCFLSH:
        forget_keys();
        return 0;
    case TCSBRK:
    case TCXONC:
        return 0; /* every byte is on the wire when write() comes back */
    case TIOCGWINSZ:
        return copy_to_user(argument, &tty.winsize, sizeof tty.winsize);
    case TIOCSWINSZ:
        if (copy_from_user(&tty.winsize, argument, sizeof tty.winsize) != 0) {
            return -EFAULT;
        }
        if ((before.rows != tty.winsize.rows || before.columns != tty.winsize.columns) &&
            tty.pgid) {
            signal_send_group(tty.pgid,
                              &(struct signal_info){.signal = SIGWINCH, .code = SI_KERNEL});
        }
        return 0;
    case TIOCGPGRP:
        return is_mine() ? copy_to_user(argument, &tty.pgid, sizeof tty.pgid) : -ENOTTY;
    case TIOCSPGRP:
        return set_foreground(argument);
    case TIOCGSID:
        return is_mine() ? copy_to_user(argument, &tty.sid, sizeof tty.sid) : -ENOTTY;
    case TIOCSCTTY:
        return take_terminal(argument != NULL);
    case TIOCNOTTY:
        return give_up_terminal();
    case FIONREAD:
        return copy_to_user(argument, &count, sizeof count);
    default:
        return -ENOTTY;
    }
}

const struct file_ops tty_ops = {
    .read = tty_read,
    .write = tty_write,
    .ready = tty_ready,
    .release = inode_release,
    .control = tty_control,
};

long tty_open(uint32_t rdev, uint32_t flags)
{
    if (rdev == DEVICE_TTY && !is_mine()) {
        return -ENXIO;
    }
    if (rdev == DEVICE_TTYS0 && (flags & O_NOCTTY) == 0) {
        (void)take_terminal(0); /* a session's leader without one gets it by opening it */
    }
    return 0;
}

struct file *console_open(void)
{
    return file_create(&tty_ops, O_RDWR, NULL);
}
