/* fs/console.c: keys, from the serial line to the terminal. */

#include "dev/dev.h"
#include "fs/tty.h"
#include "kernel/kernel.h"

/* What there is no room for stays in the serial port, and QEMU waits: pasted text is not lost. */
void console_poll(void)
{
    int c;

    while (tty_takes_keys() && (c = serial_read()) >= 0) {
        tty_input((uint8_t)c);
    }
}

void console_interrupt(void)
{
    serial_interrupt();
    console_poll();
}
