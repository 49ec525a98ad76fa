/* fs/ready.h: those who wait for several files at once. */
#pragma once

#include "proc/sleep.h"

extern struct wait_queue pollers;

/* How often any file has changed. */
extern uint32_t ready_changes;
