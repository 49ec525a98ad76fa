/* lib/inflate.c: unpacks deflate (RFC 1951).
 *
 * Nothing in it is believed. A mistake is noted, and unpacking goes on with harmless values until a
 * loop looks. Reading behind the end gives zeros, which are lent: using them is a mistake. So no
 * place that reads needs a branch for it. Every loop uses up bits of the input, or ends.
 */

#include "lib/inflate.h"
#include "include/constants.h"
#include "lib/lib.h"

#define LITERALS_MAX 286 /* 256 bytes, the end, and 29 lengths */
#define DISTANCES_MAX 30
#define END_OF_BLOCK 256
#define LENGTH_258 28 /* the longest match has a code of its own */

void inflate_fail(struct inflate *s, int error, const char *reason)
{
    if (!s->reason) {
        s->reason = reason;
        s->error = error;
    }
}

static void fail(struct inflate *s, const char *reason)
{
    inflate_fail(s, -EINVAL, reason);
}

/* ---- Input: bits, from the lowest of each byte upwards ---- */

/* Have at least so many bits at hand, 25 at most. */
static void need(struct inflate *s, unsigned count)
{
    if (s->bit_count >= count) {
        return;
    }
    while (s->bit_count <= 24) {
        if (s->in < s->end) {
            s->bits |= (uint32_t)*s->in++ << s->bit_count;
        } else {
            s->lent += 8;
        }
        s->bit_count += 8;
    }
}

static void drop(struct inflate *s, unsigned count)
{
    s->bits >>= count;
    s->bit_count -= count;
    if (s->bit_count < s->lent) {
        fail(s, "it is cut off");
    }
}

uint32_t inflate_take(struct inflate *s, unsigned count)
{
    need(s, count);
    uint32_t value = s->bits & ((1u << count) - 1);
    drop(s, count);
    return value;
}

const uint8_t *inflate_next(const struct inflate *s)
{
    return s->bit_count < s->lent ? s->end : s->in - (s->bit_count - s->lent) / 8;
}

/* ---- Output: the window, which goes to the sink whenever it is full ---- */

static void flush(struct inflate *s)
{
    if (!s->reason && s->at > 0) {
        s->wrapped = 1; /* not by the last piece, but nothing follows that */
        int error = s->sink(s->context, s->window, s->at);
        if (error) {
            inflate_fail(s, error, "what it holds is refused");
        }
    }
    s->at = 0;
}

static void advance(struct inflate *s, unsigned count)
{
    s->at += count;
    if (s->at == INFLATE_WINDOW) {
        flush(s);
    }
}

/* Repeat what was put out `distance` bytes ago. It may overlap with what it becomes: then the bytes
 * between are repeated, as often as they fit. */
static void repeat(struct inflate *s, unsigned length, unsigned distance)
{
    if (distance > s->at && !s->wrapped) {
        fail(s, "it repeats data from before its start");
    }
    while (length > 0 && !s->reason) {
        unsigned from = (s->at - distance) % INFLATE_WINDOW;
        unsigned run = lower(length, INFLATE_WINDOW - (from > s->at ? from : s->at));
        if (run <= distance && run <= INFLATE_WINDOW - distance) {
            memcpy(s->window + s->at, s->window + from, run);
        } else {
            for (unsigned i = 0; i < run; i++) {
                s->window[s->at + i] = s->window[from + i];
            }
        }
        length -= run;
        advance(s, run);
    }
}

/* ---- Blocks: 3.2.3 to 3.2.7 ---- */

static unsigned decode(struct inflate *s, const struct huffman *h)
{
    need(s, HUFFMAN_LONGEST);
    unsigned found = huffman_find(h, s->bits);
    if (found == 0) {
        fail(s, "it has a code that stands for nothing");
    }
    drop(s, found % 16);
    return found / 16;
}

/* Lengths and distances are numbers of a few leading bits, in the code, and the rest behind it:
 * 2^leading codes for each count of bits in the rest. */
static unsigned take_rest(struct inflate *s, unsigned code, unsigned leading)
{
    if (code >> leading == 0) {
        return code;
    }
    unsigned rest = (code >> leading) - 1;
    unsigned high = code - (rest << leading);
    return (high << rest) + inflate_take(s, rest);
}

static void read_repeat(struct inflate *s, unsigned code)
{
    unsigned length = code == LENGTH_258 ? 258 : 3 + take_rest(s, code, 2);
    unsigned distance_code = decode(s, &s->distances);

    if (code > LENGTH_258 || distance_code >= DISTANCES_MAX) {
        fail(s, "it has a code that stands for nothing");
        return;
    }
    repeat(s, length, 1 + take_rest(s, distance_code, 1));
}

static void read_coded(struct inflate *s)
{
    while (!s->reason) {
        unsigned symbol = decode(s, &s->literals);
        if (symbol < END_OF_BLOCK) {
            s->window[s->at] = (uint8_t)symbol;
            advance(s, 1);
        } else if (symbol == END_OF_BLOCK) {
            return;
        } else {
            read_repeat(s, symbol - END_OF_BLOCK - 1);
        }
    }
}

/* Give back the whole bytes that were read ahead, and forget the rest of the last one. */
static void align(struct inflate *s)
{
    s->in = inflate_next(s);
    s->bits = s->bit_count = s->lent = 0;
}

static void read_stored(struct inflate *s)
{
    align(s);
    uint32_t size = inflate_take(s, 16);
    if ((size ^ inflate_take(s, 16)) != 0xffff) {
        fail(s, "the size of a stored block is wrong");
    }
    align(s);
    while (size > 0 && !s->reason) {
        unsigned run = lower(size, INFLATE_WINDOW - s->at);
        if (run > (size_t)(s->end - s->in)) {
            fail(s, "it is cut off");
            return;
        }
        memcpy(s->window + s->at, s->in, run);
        s->in += run;
        size -= run;
        advance(s, run);
    }
}

static void build(struct inflate *s, struct huffman *h, const uint8_t *lengths, unsigned symbols)
{
    if (huffman_build(h, lengths, symbols) != 0) {
        fail(s, "its codes are more or fewer than there can be");
    }
}

static void set_fixed_codes(struct inflate *s)
{
    memset(s->lengths, 8, 144);
    memset(s->lengths + 144, 9, 256 - 144);
    memset(s->lengths + 256, 7, 280 - 256);
    memset(s->lengths + 280, 8, HUFFMAN_SYMBOLS - 280);
    build(s, &s->literals, s->lengths, HUFFMAN_SYMBOLS);
    memset(s->lengths, 5, 32);
    build(s, &s->distances, s->lengths, 32);
}

/* The lengths of the two codes, which are written in a third. */
static void read_lengths(struct inflate *s, unsigned total)
{
    unsigned count = 0;

    while (count < total && !s->reason) {
        unsigned symbol = decode(s, &s->literals);
        unsigned times = 1;
        uint8_t length = 0;
        if (symbol < 16) {
            length = (uint8_t)symbol;
        } else if (symbol == 16 && count > 0) {
            length = s->lengths[count - 1];
            times = 3 + inflate_take(s, 2);
        } else if (symbol == 16) {
            fail(s, "it repeats the first length of a code");
        } else {
            times = symbol == 17 ? 3 + inflate_take(s, 3) : 11 + inflate_take(s, 7);
        }
        if (times > total - count) {
            fail(s, "it has too many lengths of codes");
            return;
        }
        memset(s->lengths + count, length, times);
        count += times;
    }
}

static void read_codes(struct inflate *s)
{
    static const uint8_t order[] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                    11, 4,  12, 3, 13, 2, 14, 1, 15};
    unsigned literals = 257 + inflate_take(s, 5);
    unsigned distances = 1 + inflate_take(s, 5);
    unsigned count = 4 + inflate_take(s, 4);

    if (literals > LITERALS_MAX || distances > DISTANCES_MAX) {
        fail(s, "it has too many codes");
        return;
    }
    memset(s->lengths, 0, sizeof order);
    for (unsigned i = 0; i < count; i++) {
        s->lengths[order[i]] = (uint8_t)inflate_take(s, 3);
    }
    build(s, &s->literals, s->lengths, sizeof order);
    read_lengths(s, literals + distances);
    if (s->reason) {
        return;
    }
    if (s->lengths[END_OF_BLOCK] == 0) {
        fail(s, "it has a block without an end");
    }
    build(s, &s->literals, s->lengths, literals);
    build(s, &s->distances, s->lengths + literals, distances);
}

int inflate_blocks(struct inflate *s)
{
    uint32_t last = 0;

    while (!last && !s->reason) {
        last = inflate_take(s, 1);
        uint32_t type = inflate_take(s, 2);
        if (type == 0) {
            read_stored(s);
        } else if (type == 1) {
            set_fixed_codes(s);
            read_coded(s);
        } else if (type == 2) {
            read_codes(s);
            read_coded(s);
        } else {
            fail(s, "it has a block of a kind that there is not");
        }
    }
    flush(s);
    align(s);
    return s->error;
}

void inflate_start(struct inflate *s, const uint8_t *data, size_t size,
                   int (*sink)(void *context, const uint8_t *data, size_t size), void *context)
{
    memset(s, 0, offsetof(struct inflate, literals));
    s->in = data;
    s->end = data + size;
    s->sink = sink;
    s->context = context;
}
