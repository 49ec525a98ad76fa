/* proc/preempt.c: the clock takes the CPU away from a program: each in its turn, a tick long. */

#include "cpu/wake.h"
#include "dev/clock.h"
#include "dev/dev.h"
#include "kernel/kernel.h"
#include "proc/alarm.h"
#include "proc/process.h"
#include "proc/sleep.h"
#include "sys/times.h"

/* The kernel itself is never interrupted but where it waits. A signal from another CPU may have
 * come while this one was setting another bit in `work`, without the kernel lock: it must not be
 * lost. */
void preempt(const struct pt_regs *regs)
{
    if (signal_pending(current_process())) {
        current_process()->work |= WORK_SIGNAL;
    }
    if ((regs->cs & 3) == 3) {
        process_yield();
    }
}

void clock_tick(struct pt_regs *regs)
{
    timer_interrupt();
    clock_tick_update();
    timer_ticks = clock_ticks(); /* several may come at once */
    times_tick();
    sleepers_wake();
    alarms_ring();
    cpu_wake_others(); /* only one CPU gets the clock's interrupts */
    preempt(regs);
}
