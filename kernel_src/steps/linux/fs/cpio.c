/* fs/cpio.c: reads archives in the format "newc" of cpio, given to it in pieces of any size.
 *
 * Linux's Documentation/driver-api/early-userspace/buffer-format.rst says what is in them. Nothing
 * is held but the header, the name and a symbolic link's target, and nothing is believed. Linux
 * leaves out silently what it does not understand; here that is an error.
 */

#include "fs/cpio.h"

#include "lib/lib.h"

#define MAGIC_BYTES 6
#define FIELD_DIGITS 8

static const char trailer_name[] = "TRAILER!!!";

void cpio_fail(struct cpio *cpio, const char *error)
{
    if (!cpio->error) {
        cpio->error = error;
    }
}

static void begin(struct cpio *cpio, enum cpio_part part, uint32_t size)
{
    cpio->part = part;
    cpio->left = size;
}

static void begin_padding(struct cpio *cpio, enum cpio_part part)
{
    begin(cpio, part, -cpio->offset % 4);
}

/* The digits at `text` as a number. */
static uint32_t number(struct cpio *cpio, const char *text)
{
    uint32_t value = 0;

    for (int i = 0; i < FIELD_DIGITS; i++) {
        char c = text[i];
        value <<= 4;
        if (c >= '0' && c <= '9') {
            value |= (uint32_t)(c - '0');
        } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
            value |= (uint32_t)((c | 0x20) - 'a' + 10);
        } else {
            cpio_fail(cpio, "a number in a header has other characters than 0-9 and a-f");
        }
    }
    return value;
}

static void check_magic(struct cpio *cpio)
{
    static const char magic[] = "07070";
    char version = cpio->header[MAGIC_BYTES - 1];

    int right = version == '1' || version == '2';
    for (int i = 0; i < MAGIC_BYTES - 1; i++) {
        right &= cpio->header[i] == magic[i];
    }
    if (!right) {
        cpio_fail(cpio, "there should be a header of cpio, 070701 or 070702");
    }
    cpio->has_checksum = version == '2';
}

static void header_done(struct cpio *cpio)
{
    struct cpio_entry *entry = &cpio->entry;
    uint32_t *const fields[] = {
        &entry->ino,       &entry->mode,       &entry->uid,        &entry->gid,
        &entry->nlink,     &entry->mtime,      &entry->size,       &entry->dev_major,
        &entry->dev_minor, &entry->rdev_major, &entry->rdev_minor, &entry->name_size,
        &entry->checksum,
    };

    check_magic(cpio);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        *fields[i] = number(cpio, cpio->header + MAGIC_BYTES + i * FIELD_DIGITS);
    }
    if (entry->name_size == 0) {
        cpio_fail(cpio, "a name is empty");
    }
    if (entry->name_size > PATH_MAX) {
        cpio_fail(cpio, "a name has more than 4095 bytes");
    }
    begin(cpio, CPIO_NAME, entry->name_size);
}

static void check_type(struct cpio *cpio)
{
    const struct cpio_entry *entry = &cpio->entry;

    switch (entry->mode & S_IFMT) {
    case S_IFREG:
        break;
    case S_IFLNK:
        if (entry->size >= PATH_MAX) {
            cpio_fail(cpio, "the target of a symbolic link must have at most 4095 bytes");
        }
        break;
    case S_IFSOCK:
    case S_IFBLK:
    case S_IFDIR:
    case S_IFCHR:
    case S_IFIFO:
        if (entry->size != 0) {
            cpio_fail(cpio, "only files and symbolic links can have data");
        }
        break;
    default:
        cpio_fail(cpio, "the mode in a header is that of no kind of file");
    }
}

static void tell_client(struct cpio *cpio)
{
    if (!cpio->error && cpio->client->entry(cpio->context, &cpio->entry) != 0) {
        cpio_fail(cpio, "it cannot be made");
    }
}

static int is_a(const struct cpio *cpio, uint32_t type)
{
    return (cpio->entry.mode & S_IFMT) == type;
}

static void name_done(struct cpio *cpio)
{
    if (cpio->name[cpio->entry.name_size - 1] != '\0') {
        cpio_fail(cpio, "a name does not end where its header says");
    } else if (cpio->name[0] == '\0') {
        cpio_fail(cpio, "a name is empty");
    } else if (strcmp(cpio->name, trailer_name) == 0) {
        if (cpio->entry.size != 0) {
            cpio_fail(cpio, "the trailer cannot have data");
        }
        cpio->entry.mode = 0; /* it is no file */
        cpio->client->trailer(cpio->context);
    } else {
        check_type(cpio);
        if (!is_a(cpio, S_IFLNK)) {
            tell_client(cpio);
        }
    }
    begin(cpio, CPIO_BODY, cpio->entry.size);
}

static void body_done(struct cpio *cpio)
{
    if (is_a(cpio, S_IFLNK)) {
        cpio->target[cpio->entry.size] = '\0';
        tell_client(cpio);
    } else if (is_a(cpio, S_IFREG) && cpio->has_checksum && cpio->sum != cpio->entry.checksum) {
        cpio_fail(cpio, "the checksum of a file is wrong");
    }
    begin_padding(cpio, CPIO_BODY_PADDING);
}

static void part_done(struct cpio *cpio)
{
    switch (cpio->part) {
    case CPIO_HEADER:
        header_done(cpio);
        break;
    case CPIO_NAME:
        begin_padding(cpio, CPIO_NAME_PADDING);
        break;
    case CPIO_NAME_PADDING:
        name_done(cpio);
        break;
    case CPIO_BODY:
        body_done(cpio);
        break;
    default:
        begin(cpio, CPIO_BETWEEN, 0);
    }
}

static void file_data(struct cpio *cpio, const uint8_t *data, size_t size)
{
    for (size_t i = 0; cpio->has_checksum && i < size; i++) {
        cpio->sum += data[i];
    }
    if (cpio->client->data(cpio->context, data, size) != 0) {
        cpio_fail(cpio, "its data cannot be written");
    }
}

/* Bytes of one part, at most as many as it has left. */
static void take(struct cpio *cpio, const uint8_t *data, size_t size)
{
    if (cpio->part == CPIO_HEADER) {
        memcpy(cpio->header + (CPIO_HEADER_BYTES - cpio->left), data, size);
    } else if (cpio->part == CPIO_NAME) {
        memcpy(cpio->name + (cpio->entry.name_size - cpio->left), data, size);
    } else if (cpio->part == CPIO_BODY && is_a(cpio, S_IFLNK)) {
        memcpy(cpio->target + (cpio->entry.size - cpio->left), data, size);
    } else if (cpio->part == CPIO_BODY) {
        file_data(cpio, data, size);
    }
    cpio->left -= size;
    cpio->offset += size;
}

/* How many zeros to pass over. Then a header begins, or something that is not ours. */
static size_t between(struct cpio *cpio, const uint8_t *data, size_t size)
{
    size_t zeros = 0;

    while (zeros < size && data[zeros] == 0) {
        zeros++;
    }
    cpio->offset += zeros;
    cpio->entry_at = cpio->offset;
    if (zeros < size && data[zeros] == '0') {
        if (cpio->offset % 4 != 0) {
            cpio_fail(cpio, "a header does not begin at a multiple of 4 bytes");
        }
        begin(cpio, CPIO_HEADER, CPIO_HEADER_BYTES);
        cpio->sum = 0;
    }
    return zeros;
}

size_t cpio_feed(struct cpio *cpio, const uint8_t *data, size_t size)
{
    size_t used = 0;

    while (used < size && !cpio->error) {
        if (cpio->part == CPIO_BETWEEN) {
            used += between(cpio, data + used, size - used);
            if (cpio->part == CPIO_BETWEEN) {
                break;
            }
        }
        size_t piece = size - used < cpio->left ? size - used : cpio->left;
        if (!cpio->error) {
            take(cpio, data + used, piece);
            used += piece;
        }
        while (cpio->left == 0 && cpio->part != CPIO_BETWEEN && !cpio->error) {
            part_done(cpio);
        }
    }
    return used;
}

void cpio_init(struct cpio *cpio, const struct cpio_client *client, void *context)
{
    memset(cpio, 0, sizeof *cpio);
    cpio->client = client;
    cpio->context = context;
    cpio->entry.name = cpio->name;
    cpio->entry.target = cpio->target;
}

void cpio_start(struct cpio *cpio, uint32_t offset)
{
    cpio->offset = offset;
    cpio->entry_at = offset;
    begin(cpio, CPIO_BETWEEN, 0);
}

void cpio_end(struct cpio *cpio)
{
    static const char *const inside[] = {
        [CPIO_HEADER] = "the end comes inside a header",
        [CPIO_NAME] = "the end comes inside a name",
        [CPIO_NAME_PADDING] = "the end comes behind a name",
        [CPIO_BODY] = "the end comes inside data",
        [CPIO_BODY_PADDING] = "the end comes behind data",
    };

    if (cpio->part != CPIO_BETWEEN) {
        cpio_fail(cpio, inside[cpio->part]);
    }
}
