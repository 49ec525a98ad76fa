/* lib/gzip.h: unpacks what gzip packed, from memory into a function. */
#pragma once

#include "lib/inflate.h"

/* What is in it before does not matter. */
struct gzip {
    struct inflate inflate; /* its `reason` says what is wrong, also around deflate */
    int (*sink)(void *context, const uint8_t *data, size_t size);
    void *context;
    uint32_t size, crc; /* of what was unpacked */
    uint32_t crc_table[4][256];
};

/* Unpack one member, as inflate_blocks() does. What follows it begins at inflate_next(). The
 * checksum comes last, when the sink has been given everything. */
int gzip_unpack(struct gzip *gzip, const uint8_t *data, size_t size,
                int (*sink)(void *context, const uint8_t *data, size_t size), void *context);
