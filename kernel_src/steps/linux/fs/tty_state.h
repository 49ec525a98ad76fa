/* fs/tty_state.h: what is known of the terminal; for the files whose names begin with fs/tty. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "fs/termios.h"
#include "proc/sleep.h"

#define TTY_CELLS 4096u     /* a power of two: head and tail run on and are cut down when used */
#define CELL_END 0x100u     /* the last of a line */
#define CELL_EOF 0x200u     /* no character: the end of input */
#define CELL_WIDTH_SHIFT 12 /* above: how many columns it takes on the screen */

struct tty {
    struct termios termios;
    struct winsize winsize;
    int32_t sid, pgid;         /* whose it is, and who may read; 0: nobody */
    uint32_t head, line_start; /* where the next is put; where the line begins that is edited */
    uint32_t tail;             /* where the next is read */
    int next_is_literal;       /* after Ctrl-V */
    int is_stopped;            /* after Ctrl-S: who writes waits */
    struct wait_queue readers, writers;
};

extern struct tty tty;
extern uint16_t tty_cells[TTY_CELLS]; /* characters, CELL_ flags, widths */

/* Is one of these local flags set? Is that the special character of that name? */
int tty_has(uint32_t lflag);
int tty_is_key(uint8_t c, uint32_t which);

/* How many characters could be read now; in canonical mode only whole lines. */
uint32_t tty_available(void);

/* A signal by the terminal for every process of a group; 0: nobody. */
void tty_signal(int32_t pgid, int signal);

/* Stop the output, or continue it. */
void tty_stop(int is_stopped);

/* To the serial line, with a carriage return before each new line if the program wants that. */
void tty_put(const char *text, size_t size);

/* Show a key if that is wanted. Returns its cell. */
uint16_t tty_echo(uint8_t c);

/* Do what a key does that edits the line; 0 if it is none. */
int tty_edit_key(uint8_t c);

/* ---- fs/tty_control.c ---- */

/* A process in the background is stopped when it wants the terminal. Returns 0 or -errno. */
long tty_check_foreground(int signal);

struct file;

/* ioctl() */
long tty_control(struct file *file, uint32_t request, void *argument);
