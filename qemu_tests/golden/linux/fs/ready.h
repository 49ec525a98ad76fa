/* fs/ready.h: those who wait for several files at once. */
#pragma once

#include "proc/sleep.h"

extern struct wait_queue pollers;
