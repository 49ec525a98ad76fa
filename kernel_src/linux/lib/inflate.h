/* lib/inflate.h: unpacks what gzip packed, from memory into a function. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define INFLATE_WINDOW 32768 /* bytes: as far back as data can be repeated from */
#define HUFFMAN_LONGEST 15   /* bits of a code */
#define HUFFMAN_SYMBOLS 288
#define HUFFMAN_FAST_BITS 10 /* codes up to this length are found by one look into a table */

struct huffman {
    uint16_t fast[1 << HUFFMAN_FAST_BITS]; /* symbol * 16 + length of its code, or 0 */
    uint16_t count[HUFFMAN_LONGEST + 1];   /* codes of each length */
    uint16_t symbols[HUFFMAN_SYMBOLS];     /* in the order of their codes */
};

/* Everything that unpacking needs: too much for a kernel's stack. What is in it before does not
 * matter. */
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
    uint32_t size, crc;

    struct huffman literals, distances;
    uint8_t lengths[HUFFMAN_SYMBOLS + 32];
    uint32_t crc_table[256];
    uint8_t window[INFLATE_WINDOW];
};

/* Unpack one gzip member, and give all of it to `sink`, piece by piece; a piece is valid during the
 * call. Returns 0, what `sink` returned if that was not 0, or -EINVAL for damaged data, and then
 * `reason` says more. The sink may have been given damaged data before: the checksum comes last.
 * What follows the member begins at inflate_next(). */
int inflate_gzip(struct inflate *inflate, const uint8_t *data, size_t size,
                 int (*sink)(void *context, const uint8_t *data, size_t size), void *context);

/* The first byte of the input that has not been used. The sink may ask, too. */
const uint8_t *inflate_next(const struct inflate *inflate);
