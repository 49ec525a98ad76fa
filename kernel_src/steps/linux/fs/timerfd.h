/* fs/timerfd.h: timers that are files: timerfd_create(2). */
#pragma once

/* At each tick of the clock. */
void timerfds_ring(void);
