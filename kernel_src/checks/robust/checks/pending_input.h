/* checks/pending_input.h: how many characters wait for the program `pointers`. */
#pragma once

#define PENDING_INPUT 16 /* as many as the UART's FIFO holds */
