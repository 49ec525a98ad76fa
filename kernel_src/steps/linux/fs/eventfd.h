/* fs/eventfd.h: a number that is a file: eventfd(2). */
#pragma once

#include <stdint.h>

struct file;

/* `flags`: EFD_SEMAPHORE, O_NONBLOCK. NULL if there is no memory. */
struct file *eventfd_open(uint32_t number, uint32_t flags);
