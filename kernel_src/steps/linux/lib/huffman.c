/* lib/huffman.c: codes of one to 15 bits, as deflate has them (RFC 1951, 3.2.2).
 *
 * A code is written from its highest bit on, but the bits of a byte are read from the lowest on. So
 * the first bit of a code is the lowest of what is looked up.
 */

#include "lib/huffman.h"

#include "include/constants.h"
#include "lib/lib.h"

static unsigned reversed(unsigned code, unsigned length)
{
    unsigned result = 0;

    for (; length > 0; length--, code >>= 1) {
        result = result << 1 | (code & 1);
    }
    return result;
}

/* Enter a code everywhere in the table where its bits are followed by any others. */
static void enter_fast(struct huffman *h, unsigned code, unsigned length, unsigned symbol)
{
    if (length <= HUFFMAN_FAST_BITS) {
        for (unsigned i = reversed(code, length); i < 1u << HUFFMAN_FAST_BITS; i += 1u << length) {
            h->fast[i] = (uint16_t)(symbol << 4 | length);
        }
    }
}

/* Codes of a length are consecutive numbers; the first is the one behind the last shorter code,
 * with a zero behind it for each bit more. All must be in use, but one of one bit may be alone, and
 * there may be none: half a bit cannot be written. */
int huffman_build(struct huffman *h, const uint8_t *lengths, unsigned symbols)
{
    uint32_t code[HUFFMAN_LONGEST + 2] = {0};
    uint16_t index[HUFFMAN_LONGEST + 2] = {0};
    int too_many = 0;

    memset(h, 0, sizeof *h);
    for (unsigned symbol = 0; symbol < symbols; symbol++) {
        h->count[lengths[symbol]]++;
    }
    h->count[0] = 0;
    for (unsigned length = 1; length <= HUFFMAN_LONGEST; length++) {
        code[length + 1] = (code[length] + h->count[length]) << 1;
        index[length + 1] = (uint16_t)(index[length] + h->count[length]);
        too_many |= code[length + 1] > 2u << length;
    }
    unsigned used = index[HUFFMAN_LONGEST + 1];
    int too_few = code[HUFFMAN_LONGEST + 1] < 2u << HUFFMAN_LONGEST && used != 0 &&
                  !(used == 1 && h->count[1] == 1);
    if (too_many || too_few) {
        return -EINVAL;
    }
    for (unsigned symbol = 0; symbol < symbols; symbol++) {
        unsigned length = lengths[symbol];
        if (length > 0) {
            h->symbols[index[length]++] = (uint16_t)symbol;
            enter_fast(h, code[length]++, length, symbol);
        }
    }
    return 0;
}

unsigned huffman_find_any(const struct huffman *h, uint32_t bits)
{
    unsigned code = 0, first = 0, index = 0;

    for (unsigned length = 1; length <= HUFFMAN_LONGEST; length++) {
        code = code << 1 | (bits & 1);
        bits >>= 1;
        if (code - first < h->count[length]) {
            return (unsigned)h->symbols[index + (code - first)] << 4 | length;
        }
        index += h->count[length];
        first = (first + h->count[length]) << 1;
    }
    return 0;
}
