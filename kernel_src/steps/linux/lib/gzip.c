/* lib/gzip.c: unpacks what gzip packed (RFC 1952): deflate between a header and a checksum. */

#include "lib/gzip.h"

#include "include/constants.h"
#include "lib/lib.h"

#define CRC32_POLYNOMIAL 0xedb88320u
#define GZIP_MAGIC 0x8b1f
#define GZIP_DEFLATE 8
#define GZIP_HEADER_CRC 0x02
#define GZIP_EXTRA 0x04
#define GZIP_NAME 0x08
#define GZIP_COMMENT 0x10
#define GZIP_RESERVED 0xe0

/* crc_table[n] has the CRC of a byte with n zeros behind it: so four bytes can be taken at once. */
static void crc_init(struct gzip *gzip)
{
    uint32_t(*table)[256] = gzip->crc_table;

    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? crc >> 1 ^ CRC32_POLYNOMIAL : crc >> 1;
        }
        table[0][byte] = crc;
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        for (int zeros = 1; zeros < 4; zeros++) {
            uint32_t before = table[zeros - 1][byte];
            table[zeros][byte] = before >> 8 ^ table[0][(uint8_t)before];
        }
    }
}

static uint32_t crc_add(const struct gzip *gzip, uint32_t crc, const uint8_t *data, size_t size)
{
    const uint32_t(*table)[256] = gzip->crc_table;

    crc = ~crc;
    for (; size >= 4; size -= 4, data += 4) {
        uint32_t word;
        memcpy(&word, data, sizeof word);
        crc ^= word;
        crc = table[3][(uint8_t)crc] ^ table[2][(uint8_t)(crc >> 8)] ^
              table[1][(uint8_t)(crc >> 16)] ^ table[0][crc >> 24];
    }
    for (; size > 0; size--) {
        crc = crc >> 8 ^ table[0][(uint8_t)(crc ^ *data++)];
    }
    return ~crc;
}

/* What is unpacked passes through here. */
static int pass(void *context, const uint8_t *data, size_t size)
{
    struct gzip *gzip = context;

    gzip->crc = crc_add(gzip, gzip->crc, data, size);
    gzip->size += size;
    return gzip->sink(gzip->context, data, size);
}

static uint32_t take_32(struct inflate *s)
{
    uint32_t low = inflate_take(s, 16);
    return low | inflate_take(s, 16) << 16;
}

static void skip_text(struct inflate *s)
{
    while (inflate_take(s, 8) != 0) {
    }
}

static void read_header(struct gzip *gzip, const uint8_t *start)
{
    struct inflate *s = &gzip->inflate;

    if (inflate_take(s, 16) != GZIP_MAGIC || inflate_take(s, 8) != GZIP_DEFLATE) {
        inflate_fail(s, -EINVAL, "it does not begin as gzip does");
    }
    uint32_t flags = inflate_take(s, 8);
    take_32(s);          /* when it was packed */
    inflate_take(s, 16); /* how well, and on what system */
    if (flags & GZIP_EXTRA) {
        for (uint32_t size = inflate_take(s, 16); size > 0; size--) {
            inflate_take(s, 8);
        }
    }
    if (flags & GZIP_NAME) {
        skip_text(s);
    }
    if (flags & GZIP_COMMENT) {
        skip_text(s);
    }
    uint32_t crc = crc_add(gzip, 0, start, (size_t)(inflate_next(s) - start)) & 0xffff;
    if (flags & GZIP_RESERVED || (flags & GZIP_HEADER_CRC && inflate_take(s, 16) != crc)) {
        inflate_fail(s, -EINVAL, "its header is damaged");
    }
}

int gzip_unpack(struct gzip *gzip, const uint8_t *data, size_t size,
                int (*sink)(void *context, const uint8_t *data, size_t size), void *context)
{
    struct inflate *s = &gzip->inflate;

    gzip->sink = sink;
    gzip->context = context;
    gzip->size = gzip->crc = 0;
    crc_init(gzip);
    inflate_start(s, data, size, pass, gzip);
    read_header(gzip, data);
    inflate_blocks(s);
    if (take_32(s) != gzip->crc) {
        inflate_fail(s, -EINVAL, "its checksum is wrong");
    }
    if (take_32(s) != gzip->size) {
        inflate_fail(s, -EINVAL, "its size is wrong");
    }
    return s->error;
}
