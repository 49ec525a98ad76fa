/* fs/tty.c: the line discipline: from keys to lines (termios(3), Linux drivers/tty/n_tty.c).
 *
 * What is typed goes into a buffer as it arrives. In canonical mode the last line in it can still
 * be edited, and is read when it is complete; else every character can be read at once.
 */

#include "fs/tty.h"

#include "fs/file.h"
#include "fs/termios.h"
#include "fs/tty_state.h"
#include "proc/signals.h"

#define DISABLED 0 /* a special character that there is not */

struct tty tty = {
    .termios = {ICRNL | IXON,
                OPOST | ONLCR,
                CFLAG_DEFAULT,
                ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
                0,
                {3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0, 0, 0}},
    .winsize = {24, 80, 0, 0},
};

uint16_t tty_cells[TTY_CELLS];

int tty_has(uint32_t lflag)
{
    return (tty.termios.lflag & lflag) != 0;
}

int tty_is_key(uint8_t c, uint32_t which)
{
    return c == tty.termios.cc[which] && c != DISABLED;
}

uint32_t tty_available(void)
{
    return (tty_has(ICANON) ? tty.line_start : tty.head) - tty.tail;
}

/* There is always room for the end of the line. */
static int is_full(void)
{
    return tty.head - tty.tail >= TTY_CELLS - 1;
}

int tty_takes_keys(void)
{
    return !is_full() || tty_available() == 0;
}

void tty_stop(int is_stopped)
{
    tty.is_stopped = is_stopped;
    ready_changed(&tty.writers);
}

/* A key that stops or continues the output. */
static int flow_key(uint8_t c)
{
    if ((tty.termios.iflag & IXON) == 0 || !(tty_is_key(c, VSTART) || tty_is_key(c, VSTOP))) {
        return 0;
    }
    tty_stop(tty_is_key(c, VSTOP));
    return 1;
}

void tty_signal(int32_t pgid, int signal)
{
    const struct signal_info info = {.signal = signal, .code = SI_KERNEL};

    if (pgid != 0) {
        signal_send_group(pgid, &info);
    }
}

/* A key that sends a signal: what was typed before it is forgotten. */
static int signal_key(uint8_t c)
{
    int signal = tty_is_key(c, VINTR)   ? SIGINT
                 : tty_is_key(c, VQUIT) ? SIGQUIT
                 : tty_is_key(c, VSUSP) ? SIGTSTP
                                        : 0;

    if (signal == 0 || !tty_has(ISIG)) {
        return 0;
    }
    if (!tty_has(NOFLSH)) {
        tty.head = tty.tail = tty.line_start = 0;
    }
    tty_stop(0);
    tty_echo(c);
    tty_signal(tty.pgid, signal);
    return 1;
}

static void store(uint16_t cell)
{
    tty_cells[tty.head++ % TTY_CELLS] = cell;
}

static void line_key(uint8_t c)
{
    int is_end = c == '\n' || tty_is_key(c, VEOL) || (tty_is_key(c, VEOL2) && tty_has(IEXTEN));

    if (tty_is_key(c, VEOF)) {
        store(CELL_END | CELL_EOF);
        tty.line_start = tty.head;
    } else if (is_end) {
        store(CELL_END | tty_echo(c));
        tty.line_start = tty.head;
    } else if (!is_full()) {
        store(tty_echo(c));
    }
}

void tty_input(uint8_t c)
{
    uint32_t iflag = tty.termios.iflag;
    int is_literal = tty.next_is_literal;

    tty.next_is_literal = 0;
    if (!is_literal) {
        if (c == '\r' && (iflag & IGNCR)) {
            return;
        }
        c = c == '\r' && (iflag & ICRNL) ? '\n' : c == '\n' && (iflag & INLCR) ? '\r' : c;
        if (flow_key(c) || signal_key(c) || (tty_has(ICANON) && tty_edit_key(c))) {
            return;
        }
    }
    if (tty_has(ICANON) && !is_literal) {
        line_key(c);
    } else if (!is_full()) {
        store(tty_echo(c));
        tty.line_start = tty_has(ICANON) ? tty.line_start : tty.head;
    }
    ready_changed(&tty.readers);
}

void tty_leave(const struct group *group)
{
    if (tty.sid == 0 || group->leader->pid != tty.sid) {
        return;
    }
    int32_t pgid = tty.pgid;
    tty.sid = tty.pgid = 0;
    tty_signal(pgid, SIGHUP);
    tty_signal(pgid, SIGCONT);
}
