/* checks/pending_input.h: how many characters wait for the program `pointers`. */
#pragma once

/* Many x and this, in which Enter is a carriage return, and Ctrl-D the end: as many as the UART's
 * FIFO holds. */
#define PENDING_INPUT 16
#define PENDING_END "\ry\n\004"
