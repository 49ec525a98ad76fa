/* checks/pointers.c: runs the program `pointers` with characters waiting on the serial line.
 *
 * Nobody types during a test. The UART can receive what it sends (PC16550D data sheet, 8.6.7:
 * loop), so the kernel types for itself; the characters lie in the FIFO until the program lets the
 * interrupt in.
 */

#include "checks/pending_input.h"
#include "include/x86.h"
#include "kernel/checks.h"
#include "kernel/suite.h"

#define COM1 0x3f8
#define MODEM_CONTROL (COM1 + 4)
#define MODEM_CONTROL_LOOP 0x10
#define LINE_STATUS (COM1 + 5)
#define LINE_STATUS_ALL_SENT 0x40

static void wait_until_sent(void)
{
    while ((inb(LINE_STATUS) & LINE_STATUS_ALL_SENT) == 0) {
    }
}

int check_pointers(void)
{
    wait_until_sent();
    uint8_t control = inb(MODEM_CONTROL);
    outb(MODEM_CONTROL, control | MODEM_CONTROL_LOOP);
    for (uint32_t i = 1; i <= PENDING_INPUT; i++) {
        outb(COM1, i < PENDING_INPUT - 3 ? 'x' : (uint8_t)PENDING_END[i + 3 - PENDING_INPUT]);
        wait_until_sent();
    }
    outb(MODEM_CONTROL, control);
    return !program_run("pointers", 1, -1);
}
