/* dev/host.c: the doorbell between kernel and host, the second serial port, COM2.
 *
 * National Semiconductor PC16550D data sheet.
 */

#include "dev/host.h"

#include "cpu/wake.h"
#include "dev/dev.h"
#include "fs/file.h"
#include "fs/host_files.h"
#include "include/x86.h"
#include "kernel/init.h"
#include "kernel/kernel.h"
#include "mm/mm.h"
#include "proc/process.h"
#include "proc/signals.h"

#define COM2 0x2f8
#define UART_DATA (COM2 + 0)
#define UART_INTERRUPT_ENABLE (COM2 + 1)
#define UART_FIFO_CONTROL (COM2 + 2)
#define UART_MODEM_CONTROL (COM2 + 4)
#define UART_LINE_STATUS (COM2 + 5)

#define INTERRUPT_RECEIVED 0x01
#define FIFO_ENABLE_AND_CLEAR 0x07
#define MODEM_CONTROL_DTR_RTS_OUT2 0x0b /* OUT2 lets the interrupt line through */
#define LINE_STATUS_RECEIVED 0x01

struct host_area host_area __attribute__((aligned(PAGE_SIZE)));
struct wait_queue host_rang;

/* The first four bytes say where host_area is. */
void host_init(void)
{
    uint32_t address = virt_to_phys(&host_area);

    outb(UART_FIFO_CONTROL, FIFO_ENABLE_AND_CLEAR);
    outb(UART_MODEM_CONTROL, MODEM_CONTROL_DTR_RTS_OUT2);
    outb(UART_INTERRUPT_ENABLE, INTERRUPT_RECEIVED);
    for (uint32_t i = 0; i < sizeof address; i++) {
        outb(UART_DATA, (uint8_t)(address >> 8 * i));
    }
    pic_unmask(IRQ_HOST);
}

/* The port may lose a ring if the host is slow, but not the last one, and one is enough. */
void host_ring(void)
{
    outb(UART_DATA, 0);
}

static void take_signals(void)
{
    while (main_process && host_area.signal_tail != host_area.signal_head) {
        uint32_t at = host_area.signal_tail++ % HOST_SIGNALS_WAITING;
        const struct signal_info info = {.signal = host_area.signals[at], .code = SI_KERNEL};
        signal_send_group(main_process->group->pgid, &info);
    }
}

void host_interrupt(void)
{
    while (inb(UART_LINE_STATUS) & LINE_STATUS_RECEIVED) {
        inb(UART_DATA);
    }
    take_signals();
    host_files_resized();
    ready_changed(&host_rang);
    cpu_wake_others();
    pic_end_of_interrupt();
}

void host_tell_end(uint32_t how, int32_t status)
{
    host_area.status = status;
    __atomic_store_n(&host_area.has_ended, how, __ATOMIC_RELEASE);
    host_ring();
}
