/* fs/ready.h: those who wait for several files at once. */
#pragma once

#include "proc/sleep.h"

extern struct wait_queue pollers;

/* ---- fs/signalfd.c ---- */

/* Those who read their signals from files. */
extern struct wait_queue signals_arrived;

/* ---- fs/epoll.c ---- */

/* Those of its watches that wait for this queue have to be looked at. */
void epoll_changed(const struct wait_queue *queue);

/* How often any file has changed. */
extern uint32_t ready_changes;
