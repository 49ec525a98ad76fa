/* proc/pending.h: signals that were sent and have not arrived, in the order of sending. */
#pragma once

#include <stdint.h>

#include "lib/list.h"

typedef uint64_t sigset; /* bit 0: signal 1 */

struct pending;

struct pending_list {
    struct pending *first;
    sigset set;
};
