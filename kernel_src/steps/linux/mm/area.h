/* mm/area.h: a range of addresses that a process was promised, in a skip list of them.
 *
 * That is a list by address, with lists above it which have about an eighth of what the one below
 * has: what is looked for is looked for in the highest first (Pugh, "Skip Lists", 1990). Each link
 * says how large the largest hole is that it leads across.
 */
#pragma once

#include <stdint.h>

struct inode;

#define AREA_LEVELS 4

struct area {
    uint32_t start, end; /* on page boundaries */
    uint32_t flags;
    uint32_t file_page;  /* of the file, at `start` */
    struct inode *inode; /* where the pages come from; NULL: they are full of zeros */
    struct area *next[AREA_LEVELS];
    uint32_t hole[AREA_LEVELS]; /* the largest up to the next, in bytes */
};

struct areas {
    struct area before; /* the first one; it ends at 0 */
};
