/* dev/host.h: the host, that is the program that runs the emulator.
 *
 * It sees the machine's memory. So most of what the two tell each other is put into one structure,
 * and the second serial port is their doorbell: a byte from either side only means "look there".
 */
#pragma once

#include <stdint.h>

#include "include/structs.h"

extern struct host_area host_area;

/* Whoever waits for the host looks here after each ring. */
extern struct wait_queue host_rang;

void host_init(void);

/* Something has changed in host_area. */
void host_ring(void);

/* HOST_END_STATUS and a wait status, or HOST_END_FAILED and an errno. */
void host_tell_end(uint32_t how, int32_t status);
