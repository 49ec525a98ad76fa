/* dev/dev.h: the one device: the serial port. */
#pragma once

#include <stddef.h>

void serial_init(void);

/* Waits until the last byte is on the wire. */
void serial_write(const char *text, size_t size);

/* A new line, unless the last one is ended: a program may have left off in the middle. */
void serial_fresh_line(void);
