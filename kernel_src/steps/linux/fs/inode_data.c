/* fs/inode_data.c: the contents of files.
 *
 * Up to SHORT_BYTES they lie in one piece of the kernel's memory, `bytes`, which is full of zeros
 * behind the file's end. What is longer, or was mapped, has page frames: `frames` has the address
 * of each page's, or 0 for a page of zeros that was never written. It is an array of up to 1024
 * that grows with the file; of a file above 4 MiB it is an array of the addresses of such arrays,
 * above 4 GiB of arrays of those. A program that maps a page of a file gets the frame itself.
 */

#include "fs/inode.h"

#include "dev/clock.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"

#define SHORT_BYTES 256u
#define PER_TABLE 1024u
#define SMALLEST_TABLE 8u
#define FRAMES_LEFT_SHARE 32 /* files do not take this part of memory: somebody must remove them */

/* Where the frame of a page is noted; NULL if there is no place for it, and none is to be made, or
 * there is no memory for one. */
static inline uint32_t *slot_of(const struct inode *inode, uint32_t page, int make)
{
    uint32_t *table = page < inode->capacity ? inode->frames : NULL;

    for (uint32_t span = inode->capacity / PER_TABLE; table && span > 1; span /= PER_TABLE) {
        uint32_t *entry = &table[page / span % PER_TABLE];
        *entry = *entry || !make ? *entry : (uint32_t)memory_alloc(PAGE_SIZE);
        table = (uint32_t *)*entry;
    }
    return table ? &table[page % PER_TABLE] : NULL;
}

/* One array, twice as long; the longest becomes the first one of an array of arrays. */
static int table_grow(struct inode *inode)
{
    uint32_t capacity = inode->capacity, is_longest = capacity >= PER_TABLE;
    uint32_t *frames =
        memory_alloc(lower(capacity ? capacity * 2 : SMALLEST_TABLE, PER_TABLE) * sizeof *frames);

    if (!frames) {
        return -ENOMEM;
    }
    if (is_longest) {
        frames[0] = (uint32_t)inode->frames;
    } else {
        memcpy(frames, inode->frames, capacity * sizeof *frames);
        memory_free(inode->frames);
    }
    inode->frames = frames;
    inode->capacity = is_longest ? capacity * PER_TABLE : capacity ? capacity * 2 : SMALLEST_TABLE;
    return 0;
}

static uint32_t pages_of(uint64_t size)
{
    return (uint32_t)((size + PAGE_SIZE - 1) / PAGE_SIZE);
}

static int bytes_leave(struct inode *inode);

/* The frame of a page, made if it is not there by `make`. Returns it, or -errno. */
static long frame_for(struct inode *inode, uint32_t page, uint32_t (*make)(void))
{
    int error = page >= INODE_PAGES_MAX ? -EFBIG : bytes_leave(inode);

    while (error == 0 && page >= inode->capacity) {
        error = table_grow(inode);
    }
    uint32_t *slot = error ? NULL : slot_of(inode, page, 1);
    if (!slot) {
        return error ? error : -ENOMEM;
    }
    if (*slot == 0 && frames_used < frames_total - frames_total / FRAMES_LEFT_SHARE) {
        *slot = make();
        inode->pages += *slot != 0;
    }
    return *slot ? (long)*slot : -ENOSPC;
}

/* The file is no longer a short one. */
static int bytes_leave(struct inode *inode)
{
    uint8_t *bytes = inode->bytes;

    if (!bytes) {
        return 0;
    }
    inode->bytes = NULL;
    inode->pages = 0;
    long frame = frame_for(inode, 0, frame_alloc);
    if (frame < 0) {
        inode->bytes = bytes;
        inode->pages = 1;
        return (int)frame;
    }
    memcpy(phys_to_virt((uint32_t)frame), bytes, SHORT_BYTES);
    memory_free(bytes);
    return 0;
}

/* Where a byte of the file lies, and what follows it in the same page; NULL: these are zeros. */
static uint8_t *place_of(const struct inode *inode, uint64_t at)
{
    const uint32_t *slot = slot_of(inode, (uint32_t)(at / PAGE_SIZE), 0);

    return inode->bytes    ? inode->bytes + (uint32_t)at
           : slot && *slot ? (uint8_t *)phys_to_virt(*slot) + (uint32_t)at % PAGE_SIZE
                           : NULL;
}

/* See to it that there is such a place, for so many bytes. All of a new page will be written. */
static int place_make(struct inode *inode, uint64_t at, uint32_t size)
{
    if (inode->capacity == 0 && inode->size <= SHORT_BYTES && at < SHORT_BYTES &&
        at + size <= SHORT_BYTES) {
        inode->bytes = inode->bytes ? inode->bytes : memory_alloc(SHORT_BYTES);
        inode->pages = inode->bytes != NULL;
        return inode->bytes ? 0 : -ENOMEM;
    }
    uint32_t page = (uint32_t)(at / PAGE_SIZE);
    long frame = frame_for(inode, page, size == PAGE_SIZE ? frame_take : frame_alloc);
    return frame < 0 ? (int)frame : 0;
}

long inode_page(struct inode *inode, uint32_t page)
{
    if (page >= pages_of(inode->size)) {
        return -EFAULT;
    }
    long frame = frame_for(inode, page, frame_alloc);
    if (frame < 0) {
        return frame;
    }
    int error = frame_share((uint32_t)frame);
    return error ? error : frame;
}

/* As much as possible of it: of a program's memory that begins at `address` only the first page may
 * be there. Returns how many bytes. */
static uint32_t copy_some(void *to, const void *from, uint32_t size, uint32_t address)
{
    uint32_t first = PAGE_SIZE - address % PAGE_SIZE;

    return copy_or_fault(to, from, size) == 0                    ? size
           : first < size && copy_or_fault(to, from, first) == 0 ? first
                                                                 : 0;
}

uint32_t inode_left(const struct inode *inode, uint64_t offset, uint32_t most)
{
    uint64_t left = offset < inode->size ? inode->size - offset : 0;

    return left < most ? (uint32_t)left : most;
}

long inode_read(struct inode *inode, void *to, uint64_t offset, size_t size)
{
    static uint8_t zeros[PAGE_SIZE]; /* not const: that would be a page of the kernel's file */
    uint32_t left = inode_left(inode, offset, size), done = 0;

    while (done < left) {
        uint64_t at = offset + done;
        uint32_t part = lower(left - done, PAGE_SIZE - (uint32_t)at % PAGE_SIZE);
        const uint8_t *from = place_of(inode, at);
        uint8_t *next = (uint8_t *)to + done;
        uint32_t copied = copy_some(next, from ? from : zeros, part, (uint32_t)next);
        done += copied;
        if (copied < part) {
            return done ? (long)done : -EFAULT;
        }
    }
    return (long)done;
}

long inode_write(struct inode *inode, uint64_t offset, const void *from, size_t size)
{
    uint32_t done = 0;
    int error = 0;

    while (done < size && error == 0) {
        uint64_t at = offset + done;
        uint32_t part = lower(size - done, PAGE_SIZE - (uint32_t)at % PAGE_SIZE);
        uint32_t pages = inode->pages;
        const uint8_t *next = (const uint8_t *)from + done;
        error = place_make(inode, at, part);
        if (error == 0) {
            uint8_t *to = place_of(inode, at);
            uint32_t copied = copy_some(to, next, part, (uint32_t)next);
            error = copied < part ? -EFAULT : 0;
            done += copied;
            if (error && pages != inode->pages) { /* a new page has what was there before */
                memset(to + copied, 0, part - copied);
            }
        }
    }
    if (done && offset + done > inode->size) {
        inode->size = offset + done;
    }
    if (error) {
        inode_resize(inode, inode->size);
    }
    inode->mtime = inode->ctime = file_time_now;
    return done ? (long)done : error == -ENOMEM ? -ENOSPC : error;
}

/* In an array for so many pages, those from `first` on are gone. */
static void frames_free(struct inode *inode, uint32_t *table, uint32_t capacity, uint32_t first)
{
    uint32_t span = capacity > PER_TABLE ? capacity / PER_TABLE : 1;

    for (uint32_t i = first / span; i < capacity / span; i++, first = i * span) {
        if (table[i] != 0 && span == 1) {
            frame_put(table[i]);
            inode->pages--;
        } else if (table[i] != 0) {
            frames_free(inode, (uint32_t *)table[i], span, first % span);
        }
        if (first % span == 0) {
            memory_free(span == 1 ? NULL : (void *)table[i]);
            table[i] = 0;
        }
    }
}

int inode_resize(struct inode *inode, uint64_t size)
{
    if (size > INODE_BYTES_MAX) {
        return -EFBIG;
    }
    int error = size > SHORT_BYTES ? bytes_leave(inode) : 0;
    if (error) {
        return error;
    }
    /* Behind the old end there may be what a write left that did not succeed. */
    uint64_t keep = size < inode->size ? size : inode->size;
    uint32_t offset = (uint32_t)keep % PAGE_SIZE;
    uint8_t *rest = place_of(inode, keep);
    if (rest && (offset || inode->bytes)) {
        memset(rest, 0, (inode->bytes ? SHORT_BYTES : PAGE_SIZE) - offset);
    }
    if (size < inode->size) {
        mappings_cut(inode, pages_of(size));
    }
    frames_free(inode, inode->frames, inode->capacity, pages_of(keep));
    inode->size = size;
    if (size == 0) {
        memory_free(inode->frames);
        memory_free(inode->bytes);
        inode->frames = NULL;
        inode->bytes = NULL;
        inode->capacity = inode->pages = 0;
    }
    return 0;
}
