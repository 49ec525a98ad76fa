/* dev/timer.c: the clock, channel 0 of the timer chip (Intel 8254 data sheet), interrupt line 0. */

#include "dev/dev.h"

#include "include/x86.h"
#include "kernel/kernel.h"

#define PIT_CHANNEL_0_RATE_GENERATOR 0x34 /* channel 0, low byte then high byte, mode 2 */

volatile uint32_t timer_ticks;

void timer_set_rate(uint32_t hz)
{
    uint32_t divisor = PIT_INPUT_HZ / hz;

    outb(PIT_COMMAND, PIT_CHANNEL_0_RATE_GENERATOR);
    outb(PIT_CHANNEL_0, divisor & 0xff);
    outb(PIT_CHANNEL_0, (uint8_t)(divisor >> 8));
}

void timer_init(void)
{
    timer_set_rate(TIMER_HZ);
    pic_unmask(IRQ_TIMER);
}

void timer_interrupt(void)
{
    timer_ticks++;
    pic_end_of_interrupt();
}
