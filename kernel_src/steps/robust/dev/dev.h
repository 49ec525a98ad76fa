/* dev/dev.h: the devices: interrupt controllers, timer, serial port. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "include/constants.h"

void pic_init(void);
/* `irq`: a line of the first controller; the kernel uses none of the second. */
void pic_unmask(unsigned irq);
void pic_end_of_interrupt(void);

void timer_init(void);
void timer_set_rate(uint32_t hz);
extern volatile uint32_t timer_ticks; /* interrupts since the start */

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
