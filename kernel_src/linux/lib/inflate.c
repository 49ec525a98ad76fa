/* lib/inflate.c: unpacks gzip (RFC 1952), which holds deflate (RFC 1951).
 *
 * Nothing in it is believed. A mistake is noted by fail() and unpacking goes on with harmless values until a loop looks.
 * Reading behind the end gives zeros, which are lent: using them is a mistake. So no place that
 * reads needs a branch for it. Every loop uses up bits of the input, or ends.
 */

#include "lib/inflate.h"

#include "include/constants.h"
#include "lib/lib.h"

#define LITERALS_MAX 286 /* 256 bytes, the end, and 29 lengths */
#define DISTANCES_MAX 30
#define END_OF_BLOCK 256
#define LENGTH_258 28 /* the longest match has a code of its own */
#define CRC32_POLYNOMIAL 0xedb88320u

#define GZIP_MAGIC 0x8b1f
#define GZIP_DEFLATE 8
#define GZIP_HEADER_CRC 0x02
#define GZIP_EXTRA 0x04
#define GZIP_NAME 0x08
#define GZIP_COMMENT 0x10
#define GZIP_RESERVED 0xe0

static unsigned lower(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static void fail_with(struct inflate *s, int error, const char *reason)
{
    if (!s->reason) {
        s->reason = reason;
        s->error = error;
    }
}

static void fail(struct inflate *s, const char *reason)
{
    fail_with(s, -EINVAL, reason);
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

/* The next bits, 16 at most, as a number. */
static uint32_t take(struct inflate *s, unsigned count)
{
    need(s, count);
    uint32_t value = s->bits & ((1u << count) - 1);
    drop(s, count);
    return value;
}

static uint32_t take_32(struct inflate *s)
{
    uint32_t low = take(s, 16);
    return low | take(s, 16) << 16;
}

const uint8_t *inflate_next(const struct inflate *s)
{
    return s->bit_count < s->lent ? s->end : s->in - (s->bit_count - s->lent) / 8;
}

/* ---- Output: the window, which goes to the sink whenever it is full ---- */

static void crc_init(struct inflate *s)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? crc >> 1 ^ CRC32_POLYNOMIAL : crc >> 1;
        }
        s->crc_table[byte] = crc;
    }
}

static uint32_t crc_add(const struct inflate *s, uint32_t crc, const uint8_t *data, size_t size)
{
    const uint32_t *table = s->crc_table;

    crc = ~crc;
    for (; size > 0; size--) {
        crc = table[(uint8_t)(crc ^ *data++)] ^ crc >> 8;
    }
    return ~crc;
}

static void flush(struct inflate *s)
{
    if (!s->reason && s->at > 0) {
        s->crc = crc_add(s, s->crc, s->window, s->at);
        s->size += s->at;
        s->wrapped =
            1; /* only the last piece is shorter than the window; nothing looks behind it */
        int error = s->sink(s->context, s->window, s->at);
        if (error) {
            fail_with(s, error, "what it holds is refused");
        }
    }
    s->at = 0;
}

static void put(struct inflate *s, uint8_t byte)
{
    s->window[s->at++] = byte;
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
        length -= run;
        for (const uint8_t *byte = s->window + from; run > 0; run--) {
            s->window[s->at++] = *byte++;
        }
        if (s->at == INFLATE_WINDOW) {
            flush(s);
        }
    }
}

/* ---- Huffman codes: RFC 1951, 3.2.2 ---- */

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

/* From the length of each symbol's code. Codes of a length are consecutive numbers; the first is
 * the one behind the last shorter code, with a zero behind it for each bit more. All codes must be
 * in use, but one of one bit may be alone, and there may be none: half a bit cannot be written. */
static void huffman_build(struct inflate *s, struct huffman *h, const uint8_t *lengths,
                          unsigned symbols)
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
        fail(s, "its codes are more or fewer than there can be");
        return;
    }
    for (unsigned symbol = 0; symbol < symbols; symbol++) {
        unsigned length = lengths[symbol];
        if (length > 0) {
            h->symbols[index[length]++] = (uint16_t)symbol;
            enter_fast(h, code[length]++, length, symbol);
        }
    }
}

/* A code that is too long for the table, bit by bit: symbol * 16 + length, or 0 for no code. */
static unsigned find_long(const struct huffman *h, uint32_t bits)
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

static unsigned decode(struct inflate *s, const struct huffman *h)
{
    need(s, HUFFMAN_LONGEST);
    unsigned found = h->fast[s->bits % (1u << HUFFMAN_FAST_BITS)];
    if (found == 0) {
        found = find_long(h, s->bits);
        if (found == 0) {
            fail(s, "it has a code that stands for nothing");
        }
    }
    drop(s, found % 16);
    return found / 16;
}

/* ---- Blocks: RFC 1951, 3.2.3 to 3.2.7 ---- */

/* Lengths and distances are numbers of a few leading bits, in the code, and the rest behind it:
 * 2^leading codes for each count of bits in the rest. */
static unsigned take_rest(struct inflate *s, unsigned code, unsigned leading)
{
    if (code >> leading == 0) {
        return code;
    }
    unsigned rest = (code >> leading) - 1;
    unsigned high = code - (rest << leading);
    return (high << rest) + take(s, rest);
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
            put(s, (uint8_t)symbol);
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
    uint32_t size = take(s, 16);
    if ((size ^ take(s, 16)) != 0xffff) {
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
        s->at += run;
        size -= run;
        if (s->at == INFLATE_WINDOW) {
            flush(s);
        }
    }
}

static void set_fixed_codes(struct inflate *s)
{
    memset(s->lengths, 8, 144);
    memset(s->lengths + 144, 9, 256 - 144);
    memset(s->lengths + 256, 7, 280 - 256);
    memset(s->lengths + 280, 8, HUFFMAN_SYMBOLS - 280);
    huffman_build(s, &s->literals, s->lengths, HUFFMAN_SYMBOLS);
    memset(s->lengths, 5, 32);
    huffman_build(s, &s->distances, s->lengths, 32);
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
            times = 3 + take(s, 2);
        } else if (symbol == 16) {
            fail(s, "it repeats the first length of a code");
        } else {
            times = symbol == 17 ? 3 + take(s, 3) : 11 + take(s, 7);
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
    unsigned literals = 257 + take(s, 5);
    unsigned distances = 1 + take(s, 5);
    unsigned count = 4 + take(s, 4);

    if (literals > LITERALS_MAX || distances > DISTANCES_MAX) {
        fail(s, "it has too many codes");
        return;
    }
    memset(s->lengths, 0, sizeof order);
    for (unsigned i = 0; i < count; i++) {
        s->lengths[order[i]] = (uint8_t)take(s, 3);
    }
    huffman_build(s, &s->literals, s->lengths, sizeof order);
    read_lengths(s, literals + distances);
    if (s->reason) {
        return;
    }
    if (s->lengths[END_OF_BLOCK] == 0) {
        fail(s, "it has a block without an end");
    }
    huffman_build(s, &s->literals, s->lengths, literals);
    huffman_build(s, &s->distances, s->lengths + literals, distances);
}

static void read_blocks(struct inflate *s)
{
    uint32_t last = 0;

    while (!last && !s->reason) {
        last = take(s, 1);
        uint32_t type = take(s, 2);
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
}

/* ---- gzip: RFC 1952, 2.3 ---- */

static void skip_text(struct inflate *s)
{
    while (take(s, 8) != 0) {
    }
}

static void read_header(struct inflate *s, const uint8_t *start)
{
    if (take(s, 16) != GZIP_MAGIC || take(s, 8) != GZIP_DEFLATE) {
        fail(s, "it does not begin as gzip does");
    }
    uint32_t flags = take(s, 8);
    take_32(s);  /* when it was packed */
    take(s, 16); /* how well, and on what system */
    if (flags & GZIP_EXTRA) {
        for (uint32_t size = take(s, 16); size > 0; size--) {
            take(s, 8);
        }
    }
    if (flags & GZIP_NAME) {
        skip_text(s);
    }
    if (flags & GZIP_COMMENT) {
        skip_text(s);
    }
    uint32_t crc = crc_add(s, 0, start, (size_t)(inflate_next(s) - start)) & 0xffff;
    if (flags & GZIP_RESERVED || (flags & GZIP_HEADER_CRC && take(s, 16) != crc)) {
        fail(s, "its header is damaged");
    }
}

int inflate_gzip(struct inflate *s, const uint8_t *data, size_t size,
                 int (*sink)(void *context, const uint8_t *data, size_t size), void *context)
{
    memset(s, 0, offsetof(struct inflate, literals));
    s->in = data;
    s->end = data + size;
    s->sink = sink;
    s->context = context;
    crc_init(s);
    read_header(s, data);
    read_blocks(s);
    if (take_32(s) != s->crc) {
        fail(s, "its checksum is wrong");
    }
    if (take_32(s) != s->size) {
        fail(s, "its size is wrong");
    }
    return s->error;
}
