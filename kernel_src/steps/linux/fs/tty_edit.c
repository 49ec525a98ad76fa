/* fs/tty_edit.c: what is seen of the keys, and the keys that edit a line (Linux's n_tty.c). */

#include "dev/dev.h"
#include "fs/tty_state.h"

static uint32_t column; /* of the cursor, as far as it can be known from what was printed */

/* The second or a later byte of a character in UTF-8. */
static int is_continued(uint8_t c)
{
    return (c & 0xc0) == 0x80;
}

static void send(char c)
{
    serial_write(&c, 1);
    if (c == '\r' || c == '\n') {
        column = 0;
    } else if (c == '\b') {
        column -= column != 0;
    } else if (c == '\t') {
        column = (column | 7) + 1;
    } else if ((uint8_t)c >= ' ' && !((tty.termios.iflag & IUTF8) && is_continued((uint8_t)c))) {
        column++;
    }
}

void tty_put(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n' && (tty.termios.oflag & OPOST) && (tty.termios.oflag & ONLCR)) {
            send('\r');
        }
        send(text[i]);
    }
}

static int is_control(uint8_t c)
{
    return (c < ' ' && c != '\t' && c != '\n') || c == 127;
}

/* A control character as ^C. How wide a character has become stays with it: a tab's width depends
 * on where it stands. */
uint16_t tty_echo(uint8_t c)
{
    const char visible[2] = {'^', (char)(c ^ 0x40)};
    uint32_t before = column;

    if (!tty_has(ECHO)) {
        if (c == '\n' && tty_has(ECHONL) && tty_has(ICANON)) {
            tty_put("\n", 1);
        }
    } else if (is_control(c) && tty_has(ECHOCTL)) {
        tty_put(visible, 2);
    } else {
        tty_put((const char *)&c, 1);
    }
    return (uint16_t)(c | (column > before ? column - before : 0) << CELL_WIDTH_SHIFT);
}

/* The last character of the line that is being edited; -1 if it is empty. */
static int last_typed(void)
{
    return tty.head == tty.line_start ? -1 : tty_cells[(tty.head - 1) % TTY_CELLS] & 0xff;
}

static void erase_one(void)
{
    uint16_t cell = tty_cells[--tty.head % TTY_CELLS];

    while ((tty.termios.iflag & IUTF8) && is_continued((uint8_t)cell) && last_typed() >= 0) {
        cell = tty_cells[--tty.head % TTY_CELLS]; /* all bytes of a character */
    }
    if (tty_has(ECHO) && tty_has(ECHOE)) {
        for (int width = cell >> CELL_WIDTH_SHIFT; width > 0; width--) {
            tty_put("\b \b", (uint8_t)cell == '\t' ? 1 : 3);
        }
    }
}

static int is_of_word(int c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

/* What is no part of a word, and then the word. */
static void erase_word(void)
{
    while (last_typed() >= 0 && !is_of_word(last_typed())) {
        erase_one();
    }
    while (is_of_word(last_typed())) {
        erase_one();
    }
}

static void erase_line(void)
{
    while (last_typed() >= 0) {
        erase_one();
    }
}

/* The line once more, where nothing is in its way. */
static void show_again(uint8_t key)
{
    tty_echo(key);
    tty_put("\n", 1);
    for (uint32_t i = tty.line_start; i != tty.head; i++) {
        tty_cells[i % TTY_CELLS] = tty_echo((uint8_t)tty_cells[i % TTY_CELLS]);
    }
}

int tty_edit_key(uint8_t c)
{
    if (tty_is_key(c, VERASE)) {
        if (last_typed() >= 0) {
            erase_one();
        }
    } else if (tty_is_key(c, VKILL)) {
        erase_line();
    } else if (tty_is_key(c, VWERASE) && tty_has(IEXTEN)) {
        erase_word();
    } else if (tty_is_key(c, VREPRINT) && tty_has(IEXTEN) && tty_has(ECHO)) {
        show_again(c);
    } else if (tty_is_key(c, VLNEXT) && tty_has(IEXTEN)) {
        tty.next_is_literal = 1;
        tty_put("^\b", tty_has(ECHO) && tty_has(ECHOCTL) ? 2 : 0);
    } else {
        return 0;
    }
    return 1;
}
