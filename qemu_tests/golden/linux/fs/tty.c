/* fs/tty.c: the line discipline: from keys to lines (termios(3), Linux drivers/tty/n_tty.c).
 *
 * What is typed goes into a buffer as it arrives. In canonical mode the last line in it can still
 * be edited, and is read when it is complete; else every character can be read at once.
 */

#include "fs/tty.h"

#include "dev/dev.h"
#include "fs/file.h"
#include "fs/termios.h"
#include "fs/tty_state.h"
#include "mm/mm.h"
#include "proc/process.h"
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

static int has(uint32_t lflag)
{
    return (tty.termios.lflag & lflag) != 0;
}

static int is_special(uint8_t c, uint32_t which)
{
    return c == tty.termios.cc[which] && c != DISABLED;
}

void tty_put(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n' && (tty.termios.oflag & OPOST) && (tty.termios.oflag & ONLCR)) {
            serial_write("\r", 1);
        }
        serial_write(&text[i], 1);
    }
}

static int is_control(uint8_t c)
{
    return (c < ' ' && c != '\t' && c != '\n') || c == 127;
}

/* A control character as ^C. */
static void echo(uint8_t c)
{
    const char visible[2] = {'^', (char)(c ^ 0x40)};

    if (!has(ECHO)) {
        if (c == '\n' && has(ECHONL) && has(ICANON)) {
            tty_put("\n", 1);
        }
    } else if (is_control(c) && has(ECHOCTL)) {
        tty_put(visible, 2);
    } else {
        tty_put((const char *)&c, 1);
    }
}

static uint32_t used(void)
{
    return tty.head - tty.tail;
}

/* The last character of the line that is being edited; -1 if it is empty. */
static int last_typed(void)
{
    return tty.head == tty.line_start ? -1 : tty_cells[(tty.head - 1) % TTY_CELLS] & 0xff;
}

static void erase_one(void)
{
    uint8_t c = (uint8_t)last_typed();

    tty.head--;
    if (has(ECHO) && has(ECHOE)) {
        for (int width = is_control(c) && has(ECHOCTL) ? 2 : 1; width > 0; width--) {
            tty_put("\b \b", 3);
        }
    }
}

/* Blanks, and then what is not blank. */
static void erase_word(void)
{
    while (last_typed() == ' ' || last_typed() == '\t') {
        erase_one();
    }
    while (last_typed() > ' ') {
        erase_one();
    }
}

static void erase_line(void)
{
    while (last_typed() >= 0) {
        erase_one();
    }
}

/* A key that sends a signal: what was typed before it is forgotten. */
static int signal_key(uint8_t c)
{
    int signal = is_special(c, VINTR)   ? SIGINT
                 : is_special(c, VQUIT) ? SIGQUIT
                 : is_special(c, VSUSP) ? SIGTSTP
                                        : 0;
    const struct signal_info info = {.signal = signal, .code = SI_KERNEL};

    if (signal == 0 || !has(ISIG)) {
        return 0;
    }
    if (!has(NOFLSH)) {
        tty.head = tty.tail = tty.line_start = 0;
    }
    echo(c);
    if (tty.pgid != 0) {
        signal_send_group(tty.pgid, &info);
    }
    return 1;
}

/* A key that edits the line. */
static int edit_key(uint8_t c)
{
    if (is_special(c, VERASE)) {
        if (last_typed() >= 0) {
            erase_one();
        }
    } else if (is_special(c, VKILL)) {
        erase_line();
    } else if (is_special(c, VWERASE) && has(IEXTEN)) {
        erase_word();
    } else {
        return 0;
    }
    return 1;
}

static void store(uint16_t cell)
{
    tty_cells[tty.head++ % TTY_CELLS] = cell;
}

static void line_key(uint8_t c)
{
    int is_end = c == '\n' || is_special(c, VEOL) || (is_special(c, VEOL2) && has(IEXTEN));

    if (is_special(c, VEOF)) {
        store(CELL_END | CELL_EOF);
        tty.line_start = tty.head;
    } else if (is_end) {
        echo(c);
        store((uint16_t)(c | CELL_END));
        tty.line_start = tty.head;
    } else if (used() < TTY_CELLS - 1) { /* there is always room for the end of the line */
        echo(c);
        store(c);
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
        if (signal_key(c)) {
            return;
        }
        if (is_special(c, VLNEXT) && has(IEXTEN) && has(ICANON)) {
            tty.next_is_literal = 1;
            return;
        }
        if (has(ICANON) && edit_key(c)) {
            return;
        }
    }
    if (used() == TTY_CELLS) {
        return;
    }
    if (has(ICANON) && !is_literal) {
        line_key(c);
    } else {
        echo(c);
        store(c);
        tty.line_start = has(ICANON) ? tty.line_start : tty.head;
    }
    ready_changed(&tty.readers);
}

void tty_leave(const struct group *group)
{
    const struct signal_info hang_up = {.signal = SIGHUP, .code = SI_KERNEL};
    const struct signal_info go_on = {.signal = SIGCONT, .code = SI_KERNEL};

    if (tty.sid == 0 || group->leader->pid != tty.sid) {
        return;
    }
    int32_t pgid = tty.pgid;
    tty.sid = tty.pgid = 0;
    signal_send_group(pgid, &hang_up);
    signal_send_group(pgid, &go_on);
}
