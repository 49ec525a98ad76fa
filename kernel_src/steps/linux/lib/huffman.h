/* lib/huffman.h: codes of one to 15 bits, as deflate has them. */
#pragma once

#include <stdint.h>

#define HUFFMAN_LONGEST 15 /* bits of a code */
#define HUFFMAN_SYMBOLS 288
#define HUFFMAN_FAST_BITS 10 /* codes up to this length are found by one look into a table */

struct huffman {
    uint16_t fast[1 << HUFFMAN_FAST_BITS]; /* symbol * 16 + length of its code, or 0 */
    uint16_t count[HUFFMAN_LONGEST + 1];   /* codes of each length */
    uint16_t symbols[HUFFMAN_SYMBOLS];     /* in the order of their codes */
};

/* Make a code from the length of each symbol's code, which is 0 for symbols that have none. Returns
 * 0, or -EINVAL if there cannot be codes of these lengths. */
int huffman_build(struct huffman *huffman, const uint8_t *lengths, unsigned symbols);

/* The code that the bits begin with: its symbol * 16 + its length, or 0 if it is none. The first is
 * for codes of any length; the second finds most at once. */
unsigned huffman_find_any(const struct huffman *huffman, uint32_t bits);

static inline unsigned huffman_find(const struct huffman *huffman, uint32_t bits)
{
    unsigned found = huffman->fast[bits % (1u << HUFFMAN_FAST_BITS)];

    return found != 0 ? found : huffman_find_any(huffman, bits);
}
