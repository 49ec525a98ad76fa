/* dev/serial.c: the first serial port, COM1 (National Semiconductor PC16550D data sheet). */

#include "dev/dev.h"

#include "include/x86.h"

#define UART_DATA 0x3f8
#define UART_INTERRUPT_ENABLE 0x3f9
#define UART_LINE_CONTROL 0x3fb
#define UART_LINE_STATUS 0x3fd
#define LINE_CONTROL_8N1 0x03
#define LINE_CONTROL_DIVISOR 0x80
#define LINE_STATUS_ALL_SENT 0x40

static char last_sent = '\n';

void serial_init(void)
{
    outb(UART_LINE_CONTROL, LINE_CONTROL_DIVISOR);
    outb(UART_DATA, 1); /* now the divisor: 115200 baud */
    outb(UART_INTERRUPT_ENABLE, 0);
    outb(UART_LINE_CONTROL, LINE_CONTROL_8N1);
    outb(UART_INTERRUPT_ENABLE, 0);
}

void serial_write(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        outb(UART_DATA, (uint8_t)text[i]);
        last_sent = text[i];
        while ((inb(UART_LINE_STATUS) & LINE_STATUS_ALL_SENT) == 0) {
        }
    }
}

void serial_fresh_line(void)
{
    if (last_sent != '\n') {
        serial_write("\n", 1);
    }
}
