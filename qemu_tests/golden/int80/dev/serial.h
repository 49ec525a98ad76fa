/* dev/serial.h: the first serial port, COM1. */
#pragma once

#include <stddef.h>
#include <stdint.h>

void serial_init(void);
void serial_enable_input(void);

/* All of `text`, not mixed with that of another CPU; waits until the port has taken it. */
void serial_write(const char *text, size_t size);

/* A new line, unless the last one is ended: a program may have left off in the middle. */
void serial_fresh_line(void);

/* The next typed character, or -1 if there is none yet. */
int serial_read(void);

/* Wait until the last byte is on the wire: before the machine is switched off. */
void serial_drain(void);

/* For a panic: print although somebody may hold the lock for ever. */
void serial_break_lock(void);
