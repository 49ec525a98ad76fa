#include "dev/clock.h"
#include "dev/dev.h"
#include "sys/time.h"
uint32_t clock_seconds(void) { return timer_ticks / TIMER_HZ; }
void clock_now(int clock, struct timespec *now)
{
    (void)clock;
    now->seconds = (int32_t)(timer_ticks / TIMER_HZ);
    now->nanoseconds = (int32_t)(timer_ticks % TIMER_HZ * NS_PER_TICK);
}
