/* sys/getdents.c: the names in a directory.
 *
 * The place in a directory grows from entry to entry although the newest comes first, so that it
 * still means something when entries have come and gone: Linux's ramfs lists them in this order.
 */

#include "fs/file.h"
#include "fs/inode.h"
#include "fs/magic.h"
#include "lib/lib.h"
#include "lib/text.h"
#include "mm/mm.h"
#include "proc/process.h"
#include "sys/calls.h"

#define PLACE_DOT 0u
#define PLACE_DOT_DOT 1u
#define PLACE_LAST 0x7fffffffu /* of the entry with the cookie 0, which none has */

#define NAME_OFFSET_32 10u
#define NAME_OFFSET_64 19u

/* One name, as both calls need it. */
struct listed {
    char number[8]; /* of an open file: see fs/magic.h */
    const char *name;
    const struct inode *inode;
    uint32_t place;
    const struct entry *next; /* from which on to look for the name behind it */
};

/* The same of the open files' numbers. */
static int listed_open(uint32_t place, struct listed *next)
{
    uint32_t fd = place - PLACE_DOT_DOT - 1;
    uint32_t at = sizeof next->number - 1;

    while (fd < current_process()->files->limit && !file_or_place_of((int)fd)) {
        fd++;
    }
    next->place = fd + PLACE_DOT_DOT + 1;
    next->number[at] = '\0';
    for (uint32_t rest = fd; at == sizeof next->number - 1 || rest != 0; rest /= 10) {
        next->number[--at] = (char)('0' + rest % 10);
    }
    next->name = next->number + at;
    next->inode = magic_child(next->name, sizeof next->number - 1 - at);
    return next->inode != NULL;
}

/* The first name at or behind a place. Returns 0 if there is none. */
static int listed_next(const struct inode *directory, uint32_t place, struct listed *next)
{
    const struct entry *entry = next->next;

    if (place <= PLACE_DOT_DOT) {
        next->name = place == PLACE_DOT ? "." : "..";
        next->inode = place == PLACE_DOT ? directory : directory->parent;
        next->place = place;
        return 1;
    }
    if (directory->magic == MAGIC_FDS) {
        return listed_open(place, next);
    }
    while (entry && PLACE_LAST - entry->cookie < place) {
        entry = entry_next(entry);
    }
    if (entry) {
        next->name = entry->name;
        next->inode = entry->inode;
        next->place = PLACE_LAST - entry->cookie;
        next->next = entry_next(entry);
    }
    return entry != NULL;
}

/* DT_DIR and so on are the kind of a file as its mode has it. */
static uint8_t type_of(const struct listed *listed)
{
    return (uint8_t)((listed->inode->mode & S_IFMT) >> 12);
}

/* struct linux_dirent, whose numbers have 4 bytes and whose type stands in the last, or
 * linux_dirent64. */
static uint32_t put(uint8_t *record, const struct listed *listed, uint32_t width)
{
    const uint64_t numbers[2] = {listed->inode->number, listed->place + 1};
    uint32_t name_size = text_size(listed->name), is_short = width == sizeof(uint32_t);
    uint32_t name_at = is_short ? NAME_OFFSET_32 : NAME_OFFSET_64;
    uint16_t size = (uint16_t)((name_at + name_size + is_short + width - 1) & ~(width - 1));

    memset(record, 0, size);
    memcpy(record, &numbers[0], width);
    memcpy(record + width, &numbers[1], width);
    memcpy(record + 2 * width, &size, sizeof size);
    record[is_short ? size - 1u : NAME_OFFSET_64 - 1] = type_of(listed);
    memcpy(record + name_at, listed->name, name_size);
    return size;
}

static long list(int fd, uint8_t *to, uint32_t size, uint32_t width)
{
    uint8_t record[NAME_OFFSET_64 + NAME_MAX + 1 + 8];
    struct file *file = file_of(fd);
    struct listed next;
    uint32_t done = 0;

    if (!file || !file->inode || !is_directory(file->inode)) {
        return file ? -ENOTDIR : -EBADF;
    }
    if (file->inode->links == 0) {
        return -ENOENT;
    }
    next.next = entry_of(file->inode->entries);
    while (listed_next(file->inode, file->position, &next)) {
        uint32_t part = put(record, &next, width);
        if (done + part > size) {
            return done ? (long)done : -EINVAL;
        }
        if (copy_to_user(to + done, record, part) != 0) {
            return done ? (long)done : -EFAULT;
        }
        done += part;
        file->position = next.place + 1;
    }
    return (long)done;
}

long sys_getdents(int fd, void *buffer, uint32_t size)
{
    return list(fd, buffer, size, sizeof(uint32_t));
}

long sys_getdents64(int fd, void *buffer, uint32_t size)
{
    return list(fd, buffer, size, sizeof(uint64_t));
}
