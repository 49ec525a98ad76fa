/* fs/tty.h: the terminal on the serial line. */
#pragma once

#include <stdint.h>

struct file;
struct file_ops;
struct group;

extern const struct file_ops tty_ops;

/* Opened by that device number: may it be, and does it become the session's terminal? Returns 0 or
 * -errno. */
long tty_open(uint32_t rdev, uint32_t flags);

/* A character was typed. */
void tty_input(uint8_t c);

/* Is there room for another? If not, reading makes some. */
int tty_takes_keys(void);

/* Take what was typed from the serial line, as far as there is room. */
void console_poll(void);

/* A process has ended: with a session's leader its terminal is gone. */
void tty_leave(const struct group *group);
