/* mm/area.h: a range of addresses that a process was promised, in a list of them. */
#pragma once

#include <stdint.h>

struct inode;

struct area {
    uint32_t start, end; /* on page boundaries */
    uint32_t flags;
    uint32_t file_page;  /* of the file, at `start` */
    struct inode *inode; /* where the pages come from; NULL: they are full of zeros */
    struct area *next;   /* the next higher one */
};

struct areas {
    struct area *first;
};
