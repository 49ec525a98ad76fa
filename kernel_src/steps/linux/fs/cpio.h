/* fs/cpio.h: reads archives in the format "newc" of cpio, given to it in pieces of any size. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "include/constants.h"

#define CPIO_HEADER_BYTES 110

/* A header, its numbers in the order of the file. */
struct cpio_entry {
    uint32_t ino, mode, uid, gid, nlink, mtime, size;
    uint32_t dev_major, dev_minor;   /* where the file was, when it was packed */
    uint32_t rdev_major, rdev_minor; /* which device it stands for */
    uint32_t name_size, checksum;
    const char *name;
    const char *target; /* of a symbolic link */
};

/* Who wants to know. A return value that is not 0 ends the reading. */
struct cpio_client {
    int (*entry)(void *context, const struct cpio_entry *entry);
    /* The next bytes of the last entry, which is a file. */
    int (*data)(void *context, const uint8_t *data, size_t size);
    /* The archive is over; another may follow, whose inode numbers are others. */
    void (*trailer)(void *context);
};

enum cpio_part {
    CPIO_BETWEEN, /* before the first header, and behind what belongs to each */
    CPIO_HEADER,
    CPIO_NAME,
    CPIO_NAME_PADDING,
    CPIO_BODY,
    CPIO_BODY_PADDING,
};

struct cpio {
    const struct cpio_client *client;
    void *context;
    const char *error;   /* what is wrong; NULL as long as nothing is */
    uint32_t offset;     /* of the next byte */
    uint32_t entry_at;   /* offset of the header that is being read, or was last */
    enum cpio_part part; /* what the next byte belongs to */
    uint32_t left;       /* bytes of that part */
    uint32_t sum;        /* of the bytes of the body */
    int has_checksum;
    struct cpio_entry entry;
    char header[CPIO_HEADER_BYTES];
    char name[PATH_MAX];
    char target[PATH_MAX];
};

void cpio_init(struct cpio *cpio, const struct cpio_client *client, void *context);

/* What comes next begins at `offset`: headers, names and bodies begin at multiples of 4 from 0. */
void cpio_start(struct cpio *cpio, uint32_t offset);

/* Read on. Returns how much of it was used: less than `size` if there is an error, or behind an
 * entry something else than zeros and another header. */
size_t cpio_feed(struct cpio *cpio, const uint8_t *data, size_t size);

/* Nothing follows: an error if something should. */
void cpio_end(struct cpio *cpio);

/* Note what is wrong, unless something was before. */
void cpio_fail(struct cpio *cpio, const char *error);
