/* fs/tty_state.h: what is known of the terminal; for fs/tty.c and fs/tty_file.c. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "fs/termios.h"
#include "proc/sleep.h"

#define TTY_CELLS 2048u /* a power of two: head and tail run on and are cut down when used */
#define CELL_END 0x100u /* the last of a line */
#define CELL_EOF 0x200u /* no character: the end of input */

struct tty {
    struct termios termios;
    struct winsize winsize;
    int32_t sid, pgid;         /* whose it is, and who may read; 0: nobody */
    uint32_t head, line_start; /* where the next is put; where the line begins that is edited */
    uint32_t tail;             /* where the next is read */
    int next_is_literal;       /* after Ctrl-V */
    struct wait_queue readers;
};

extern struct tty tty;
extern uint16_t tty_cells[TTY_CELLS]; /* characters, and CELL_ flags */

/* To the serial line, with a carriage return before each new line if the program wants that. */
void tty_put(const char *text, size_t size);
