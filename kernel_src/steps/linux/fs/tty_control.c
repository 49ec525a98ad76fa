/* fs/tty_control.c: whose the terminal is, and how it behaves: ioctl(2), tty_ioctl(4). */

#include "fs/file.h"
#include "fs/tty.h"
#include "fs/tty_state.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "proc/process.h"
#include "proc/signals.h"

long tty_check_foreground(int signal)
{
    struct process *process = current_process();

    if (tty.sid == 0 || process->group->sid != tty.sid || process->group->pgid == tty.pgid) {
        return 0;
    }
    if (action_of(process, signal)->handler == SIG_IGN || (process->blocked & signal_bit(signal))) {
        return signal == SIGTTIN ? -EIO : 0;
    }
    if (!group_may_stop(process)) {
        return -EIO;
    }
    tty_signal(process->group->pgid, signal);
    return -ERESTARTSYS;
}

/* Forget what was typed. */
static void forget_keys(void)
{
    tty.head = tty.tail = tty.line_start = 0;
    console_poll();
}

static long tell_termio(void *argument)
{
    const struct termios *now = &tty.termios;
    struct termio old = {(uint16_t)now->iflag,
                         (uint16_t)now->oflag,
                         (uint16_t)now->cflag,
                         (uint16_t)now->lflag,
                         now->line,
                         {0}};

    memcpy(old.cc, now->cc, sizeof old.cc);
    return copy_to_user(argument, &old, sizeof old);
}

/* What it does not have stays as it is. */
static long get_termio(struct termios *termios, const void *argument)
{
    struct termio old;

    if (copy_from_user(&old, argument, sizeof old) != 0) {
        return -EFAULT;
    }
    *termios = tty.termios;
    memcpy(&termios->iflag, &old.iflag, sizeof old.iflag);
    memcpy(&termios->oflag, &old.oflag, sizeof old.oflag);
    memcpy(&termios->cflag, &old.cflag, sizeof old.cflag);
    memcpy(&termios->lflag, &old.lflag, sizeof old.lflag);
    termios->line = old.line;
    memcpy(termios->cc, old.cc, sizeof old.cc);
    return 0;
}

static long set_termios(uint32_t request, const void *argument)
{
    struct termios termios;
    long error = tty_check_foreground(SIGTTOU);

    error = error               ? error
            : request > TCSETSF ? get_termio(&termios, argument)
                                : copy_from_user(&termios, argument, sizeof termios);
    if (error) {
        return error;
    }
    if (request == TCSETSF || request == TCSETAF) {
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
    long error = tty_check_foreground(SIGTTOU);
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

/* cttyhack asks, to open it by the name /dev/ttyS0. */
static long tell_serial(void *argument)
{
    const struct serial_struct serial = {.type = PORT_16550A, .line = 0};

    return copy_to_user(argument, &serial, sizeof serial);
}

long tty_control(struct file *file, uint32_t request, void *argument)
{
    int32_t count = (int32_t)tty_available();
    const struct winsize before = tty.winsize;

    (void)file;
    switch (request) {
    case TCGETS:
        return copy_to_user(argument, &tty.termios, sizeof tty.termios);
    case TCGETA:
        return tell_termio(argument);
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
    case TCSETA:
    case TCSETAW:
    case TCSETAF:
        return set_termios(request, argument);
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
        if (before.rows != tty.winsize.rows || before.columns != tty.winsize.columns) {
            tty_signal(tty.pgid, SIGWINCH);
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
    case TIOCGSERIAL:
        return tell_serial(argument);
    case TIOCOUTQ:
        count = 0; /* every byte is on the wire */
        /* fall through */
    case FIONREAD:
        return copy_to_user(argument, &count, sizeof count);
    default:
        return -ENOTTY;
    }
}

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
