/* checks/pending_input.h: how many characters wait for the program `pointers`. */
#pragma once

/* Many x and a line feed, a y and a line feed: as many as the UART's FIFO holds. */
#define PENDING_INPUT 16
