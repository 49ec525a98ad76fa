/* user/include/children.h: what the checks of processes have in common. */
#pragma once

#include <stdint.h>

#include "user/include/checks.h"

/* How a child ended, as wait4() tells it; -1 if there is no such child. */
static inline int status_of(long child)
{
    int status = -1;

    return wait4((int32_t)child, &status, 0, NULL) == child ? status : -1;
}

#define EXITED(status) ((status) << 8)
#define KILLED_BY(signal) (signal)

/* So long is waited for what must come, before it is taken to have failed: an emulator's CPU may
 * get none of the host's for a while. */
#define PATIENCE_TICKS 100

/* Sleep for so many ticks of the clock, at least. */
void sleep_ticks(uint32_t ticks);

/* May this program read or write there? The kernel tries, on its behalf: nobody dies. Contents are
 * kept. */
int can_read(uint32_t address);
int can_write(uint32_t address);

/* The number at an address. */
static inline volatile uint32_t *word_at(uint32_t address)
{
    return (volatile uint32_t *)address;
}
