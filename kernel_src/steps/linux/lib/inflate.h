/* lib/inflate.h: unpacks deflate, from memory into a function. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "lib/huffman.h"

#define INFLATE_WINDOW 32768 /* bytes: as far back as data can be repeated from */

/* Everything that unpacking needs: too much for a kernel's stack. */
struct inflate {
    const char *reason; /* what is wrong, in words; NULL as long as nothing is */
    int error;          /* the same as -errno */

    const uint8_t *in, *end;
    uint32_t bits; /* from the input, the next one lowest */
    unsigned bit_count;
    unsigned lent; /* how many of them are zeros from behind the end */

    int (*sink)(void *context, const uint8_t *data, size_t size);
    void *context;
    unsigned at; /* where in the window the next byte goes */
    int wrapped; /* the whole window is filled with data */

    struct huffman literals, distances;
    uint8_t lengths[HUFFMAN_SYMBOLS + 32];
    uint8_t window[INFLATE_WINDOW];
};

/* Begin to read; what was in `inflate` before does not matter. */
void inflate_start(struct inflate *inflate, const uint8_t *data, size_t size,
                   int (*sink)(void *context, const uint8_t *data, size_t size), void *context);

/* Unpack blocks up to the last, and give all of it to `sink`, piece by piece; a piece is valid
 * during the call. Returns 0, what `sink` returned if that was not 0, or -EINVAL for damaged data,
 * of which the sink may have been given some. */
int inflate_blocks(struct inflate *inflate);

/* The next bits, 16 at most, as a number; zeros if there are not so many, which is an error. */
uint32_t inflate_take(struct inflate *inflate, unsigned count);

/* The first byte of the input that has not been used. The sink may ask, too. */
const uint8_t *inflate_next(const struct inflate *inflate);

/* Note what is wrong, unless something was before. */
void inflate_fail(struct inflate *inflate, int error, const char *reason);
