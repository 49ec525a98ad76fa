/* fs/console.c: keys, from the serial line to the terminal. */

#include "dev/dev.h"
#include "fs/tty.h"
#include "kernel/kernel.h"

void console_interrupt(void)
{
    int c;

    serial_interrupt();
    while ((c = serial_read()) >= 0) {
        tty_input((uint8_t)c);
    }
}
