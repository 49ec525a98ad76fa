/* fs/initrd.c: the initial ram disk, from the boot loader's memory into the file system.
 *
 * Linux's Documentation/driver-api/early-userspace/buffer-format.rst: archives of cpio, one behind
 * the other, each as it is or packed by gzip, and zeros between them.
 */

#include "fs/initrd.h"

#include "fs/cpio.h"
#include "fs/initrd_files.h"
#include "include/constants.h"
#include "lib/gzip.h"
#include "lib/lib.h"

#define PIECE_BYTES 4096 /* how often the caller hears of memory that it can have back */

struct unpacker {
    struct cpio cpio;
    struct initrd_files files;
    struct gzip *gzip; /* made when the first gzip comes */
    const uint8_t *start, *end;
    const uint8_t *next;     /* where the next member begins */
    const uint8_t *released; /* up to where the caller knows */
    int error;               /* of the file system */
};

static char reason[192];
static size_t reason_length;

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    reason_length +=
        format_text(reason + reason_length, sizeof reason - reason_length, format, arguments);
    va_end(arguments);
}

static unsigned offset_of(const struct unpacker *u, const uint8_t *place)
{
    return (unsigned)(place - u->start);
}

static void say_cpio(const struct unpacker *u)
{
    say("byte %u: %s", (unsigned)u->cpio.entry_at, u->cpio.error);
    if (u->error) {
        int room = u->error == -ENOMEM || u->error == -ENOSPC;
        say(", error %d%s: %s", -u->error, room ? " (out of memory)" : "", u->cpio.entry.name);
    }
}

static void release(struct unpacker *u, const uint8_t *upto)
{
    if (upto - u->released >= PIECE_BYTES) {
        u->released = upto;
        initrd_consumed(upto);
    }
}

/* ---- What is in an archive ---- */

static int make(void *context, const struct cpio_entry *entry)
{
    struct unpacker *u = context;

    u->error = initrd_files_make(&u->files, entry);
    return u->error;
}

static int write(void *context, const uint8_t *data, size_t size)
{
    struct unpacker *u = context;

    u->error = initrd_files_write(&u->files, data, size);
    return u->error;
}

static void trailer(void *context)
{
    struct unpacker *u = context;

    initrd_files_forget_links(&u->files);
}

static const struct cpio_client client = {make, write, trailer};

/* ---- Members: archives with zeros before, between and behind, or gzip ---- */

static int piece_of_gzip(void *context, const uint8_t *data, size_t size)
{
    struct unpacker *u = context;

    if (cpio_feed(&u->cpio, data, size) < size) {
        cpio_fail(&u->cpio, "there is neither a header of cpio nor zeros");
    }
    release(u, inflate_next(&u->gzip->inflate));
    return u->cpio.error ? -EINVAL : 0;
}

static void unpack_gzip(struct unpacker *u)
{
    static struct gzip gzip; /* larger than a page */

    u->gzip = &gzip;
    cpio_start(&u->cpio, 0);
    int error = gzip_unpack(u->gzip, u->next, (size_t)(u->end - u->next), piece_of_gzip, u);
    if (error && !u->cpio.error) {
        say("gzip at byte %u: %s", offset_of(u, u->next), u->gzip->inflate.reason);
        return;
    }
    cpio_end(&u->cpio);
    if (u->cpio.error) {
        say("gzip at byte %u, in it ", offset_of(u, u->next));
        say_cpio(u);
    }
    u->next = inflate_next(&u->gzip->inflate);
}

static void unpack_plain(struct unpacker *u)
{
    const uint8_t *start = u->next;
    size_t size, used;

    cpio_start(&u->cpio, offset_of(u, start));
    do {
        size = (size_t)(u->end - u->next);
        size = size < PIECE_BYTES ? size : PIECE_BYTES;
        used = cpio_feed(&u->cpio, u->next, size);
        u->next += used;
        release(u, u->next);
    } while (used == size && u->next < u->end);
    cpio_end(&u->cpio);
    if (u->next == start) {
        cpio_fail(&u->cpio, "there is neither an archive of cpio (newc) nor gzip");
    }
    if (u->cpio.error) {
        say_cpio(u);
    }
}

static void unpack_members(struct unpacker *u)
{
    while (u->next < u->end && reason_length == 0) {
        if (u->end - u->next >= 2 && u->next[0] == 0x1f && u->next[1] == 0x8b) {
            unpack_gzip(u);
        } else {
            unpack_plain(u);
        }
    }
}

const char *initrd_unpack(const uint8_t *data, size_t size)
{
    static struct unpacker unpacker; /* larger than a page */
    struct unpacker *u = &unpacker;

    reason_length = 0;
    memset(u, 0, sizeof *u);
    u->start = u->next = u->released = data;
    u->end = data + size;
    cpio_init(&u->cpio, &client, u);
    unpack_members(u);
    initrd_files_end(&u->files);
    return reason_length > 0 ? reason : NULL;
}
