/* dev/serial.c: the first serial port, COM1, a 16550 UART.
 *
 * National Semiconductor PC16550D data sheet.
 */

#include "dev/dev.h"

#include "cpu/wake.h"
#include "include/lock.h"
#include "include/x86.h"
#include "kernel/kernel.h"

#define COM1 0x3f8
#define UART_DATA (COM1 + 0)
#define UART_INTERRUPT_ENABLE (COM1 + 1)
#define UART_DIVISOR_LOW (COM1 + 0)  /* while LINE_CONTROL_DIVISOR is set */
#define UART_DIVISOR_HIGH (COM1 + 1) /* while LINE_CONTROL_DIVISOR is set */
#define UART_FIFO_CONTROL (COM1 + 2)
#define UART_LINE_CONTROL (COM1 + 3)
#define UART_MODEM_CONTROL (COM1 + 4)
#define UART_LINE_STATUS (COM1 + 5)

#define INTERRUPT_RECEIVED 0x01
#define FIFO_ENABLE_AND_CLEAR 0x87 /* one interrupt for 8 bytes, or for what has come meanwhile */
#define FIFO_BYTES 16
#define LINE_CONTROL_8N1 0x03
#define LINE_CONTROL_DIVISOR 0x80
#define MODEM_CONTROL_DTR_RTS_OUT2 0x0b /* OUT2 lets the interrupt line through */
#define LINE_STATUS_RECEIVED 0x01
#define LINE_STATUS_FIFO_EMPTY 0x20
#define LINE_STATUS_ALL_SENT 0x40

#define INPUT_BYTES 256 /* a power of two: head and tail run on and are cut down when used */

static struct lock lock;
static char last_sent = '\n';
static struct lock input_lock;
static char input[INPUT_BYTES];
static uint32_t input_head; /* where the next character is put */
static uint32_t input_tail; /* where serial_read() takes one */

void serial_init(void)
{
    outb(UART_INTERRUPT_ENABLE, 0);
    outb(UART_LINE_CONTROL, LINE_CONTROL_DIVISOR);
    outb(UART_DIVISOR_LOW, 1); /* 115200 baud */
    outb(UART_DIVISOR_HIGH, 0);
    outb(UART_LINE_CONTROL, LINE_CONTROL_8N1);
    outb(UART_FIFO_CONTROL, FIFO_ENABLE_AND_CLEAR);
    outb(UART_MODEM_CONTROL, MODEM_CONTROL_DTR_RTS_OUT2);
}

void serial_enable_input(void)
{
    outb(UART_INTERRUPT_ENABLE, INTERRUPT_RECEIVED);
    pic_unmask(IRQ_SERIAL);
}

static void wait_for_status(uint8_t bit)
{
    while ((inb(UART_LINE_STATUS) & bit) == 0) {
    }
}

void serial_write(const char *text, size_t size)
{
    lock_acquire(&lock);
    for (size_t i = 0; i < size; i++) {
        if (i % FIFO_BYTES == 0) {
            wait_for_status(LINE_STATUS_FIFO_EMPTY);
        }
        outb(UART_DATA, (uint8_t)text[i]);
        last_sent = text[i];
    }
    lock_release(&lock);
}

void serial_fresh_line(void)
{
    if (last_sent != '\n') {
        serial_write("\n", 1);
    }
}

void serial_drain(void)
{
    wait_for_status(LINE_STATUS_ALL_SENT);
}

void serial_break_lock(void)
{
    lock_release(&lock);
}

/* From the port into the buffer, while there is room. The rest waits in the port, which is asked
 * again at every read: it raises its interrupt only when it was empty before. */
static void receive(void)
{
    while (input_head - input_tail < INPUT_BYTES &&
           (inb(UART_LINE_STATUS) & LINE_STATUS_RECEIVED)) {
        input[input_head++ % INPUT_BYTES] = (char)inb(UART_DATA);
    }
}

void serial_interrupt(void)
{
    lock_acquire(&input_lock);
    receive();
    lock_release(&input_lock);
    cpu_wake_others(); /* the program that waits in read() may do so on another CPU */
    pic_end_of_interrupt();
}

int serial_read(void)
{
    int c = -1;

    lock_acquire(&input_lock);
    receive();
    if (input_tail != input_head) {
        c = (unsigned char)input[input_tail++ % INPUT_BYTES];
    }
    lock_release(&input_lock);
    return c;
}
