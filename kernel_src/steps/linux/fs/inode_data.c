/* fs/inode_data.c: the contents of files, in page frames.
 *
 * `frames` has the address of each page's frame, or 0 for a page of zeros that was never written.
 * It is an array of up to 1024 that grows with the file; of a file above 4 MiB it is an array of
 * the addresses of such arrays. A program that maps a page of a file gets the frame itself.
 */

#include "fs/inode.h"

#include "dev/clock.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"

#define PER_TABLE 1024u
#define SMALLEST_TABLE 8u
#define PAGES_MAX (INODE_BYTES_MAX / PAGE_SIZE)
#define FRAMES_LEFT_SHARE 32 /* files do not take this part of memory: somebody must remove them */

/* Where the frame of a page is noted; NULL if there is no place for it. */
static uint32_t *slot_of(const struct inode *inode, uint32_t page)
{
    if (page >= inode->capacity) {
        return NULL;
    }
    if (inode->capacity <= PER_TABLE) {
        return &inode->frames[page];
    }
    uint32_t *table = (uint32_t *)inode->frames[page / PER_TABLE];
    return table ? &table[page % PER_TABLE] : NULL;
}

/* One array, twice as long. */
static int table_grow(struct inode *inode)
{
    uint32_t capacity = inode->capacity ? inode->capacity * 2 : SMALLEST_TABLE;
    uint32_t *frames = memory_alloc(capacity * sizeof *frames);

    if (!frames) {
        return -ENOMEM;
    }
    memcpy(frames, inode->frames, inode->capacity * sizeof *frames);
    memory_free(inode->frames);
    inode->frames = frames;
    inode->capacity = capacity;
    return 0;
}

/* From one array to an array of them. */
static int table_deepen(struct inode *inode)
{
    uint32_t *tables = memory_alloc(PAGE_SIZE);

    if (!tables) {
        return -ENOMEM;
    }
    tables[0] = (uint32_t)inode->frames;
    inode->frames = tables;
    inode->capacity = PAGES_MAX;
    return 0;
}

static int slot_create(struct inode *inode, uint32_t page)
{
    while (page >= inode->capacity) {
        int error = inode->capacity < PER_TABLE ? table_grow(inode) : table_deepen(inode);
        if (error) {
            return error;
        }
    }
    if (inode->capacity > PER_TABLE && inode->frames[page / PER_TABLE] == 0) {
        inode->frames[page / PER_TABLE] = (uint32_t)memory_alloc(PAGE_SIZE);
        return inode->frames[page / PER_TABLE] ? 0 : -ENOMEM;
    }
    return 0;
}

/* The frame of a page, made if it is not there. Returns it, or -errno. */
static long frame_for(struct inode *inode, uint32_t page)
{
    if (page >= PAGES_MAX) {
        return -EFBIG;
    }
    int error = slot_create(inode, page);
    if (error) {
        return error;
    }
    uint32_t *slot = slot_of(inode, page);
    if (*slot == 0 && frames_used < frames_total - frames_total / FRAMES_LEFT_SHARE) {
        *slot = frame_alloc();
        inode->pages += *slot != 0;
    }
    return *slot ? (long)*slot : -ENOSPC;
}

long inode_page(struct inode *inode, uint32_t offset)
{
    if (offset >= page_up(inode->size)) {
        return -EFAULT;
    }
    long frame = frame_for(inode, offset / PAGE_SIZE);
    if (frame < 0) {
        return frame;
    }
    int error = frame_share((uint32_t)frame);
    return error ? error : frame;
}

/* Copy one piece, within a page, between a file and somewhere else. */
typedef int copy_function(void *to, const void *from, size_t size);

/* As much as possible of it: of a program's memory that begins at `address` only the first page may
 * be there. Returns how many bytes. */
static uint32_t copy_some(void *to, const void *from, uint32_t size, uint32_t address,
                          copy_function *copy)
{
    uint32_t first = PAGE_SIZE - address % PAGE_SIZE;

    return copy(to, from, size) == 0                    ? size
           : first < size && copy(to, from, first) == 0 ? first
                                                        : 0;
}

static long data_read(struct inode *inode, uint8_t *to, uint32_t offset, size_t size,
                      copy_function *copy)
{
    static uint8_t zeros[PAGE_SIZE]; /* not const: that would be a page of the kernel's file */
    uint32_t left = offset < inode->size ? lower(size, inode->size - offset) : 0;
    uint32_t done = 0;

    while (done < left) {
        uint32_t at = offset + done;
        uint32_t part = lower(left - done, PAGE_SIZE - at % PAGE_SIZE);
        const uint32_t *slot = slot_of(inode, at / PAGE_SIZE);
        const uint8_t *page = slot && *slot ? phys_to_virt(*slot) : zeros;
        uint32_t copied =
            copy_some(to + done, page + at % PAGE_SIZE, part, (uint32_t)to + done, copy);
        done += copied;
        if (copied < part) {
            return done ? (long)done : -EFAULT;
        }
    }
    return (long)done;
}

static long data_write(struct inode *inode, uint32_t offset, const uint8_t *from, size_t size,
                       copy_function *copy)
{
    uint32_t done = 0;
    long error = 0;

    while (done < size && error == 0) {
        uint32_t at = offset + done;
        uint32_t part = lower(size - done, PAGE_SIZE - at % PAGE_SIZE);
        long frame = frame_for(inode, at / PAGE_SIZE);
        error = frame < 0 ? frame : 0;
        if (error == 0) {
            uint8_t *to = (uint8_t *)phys_to_virt((uint32_t)frame) + at % PAGE_SIZE;
            uint32_t copied = copy_some(to, from + done, part, (uint32_t)from + done, copy);
            error = copied < part ? -EFAULT : 0;
            done += copied;
        }
    }
    if (done && offset + done > inode->size) {
        inode->size = offset + done;
    }
    if (error) {
        inode_resize(inode, inode->size);
    }
    inode->mtime = inode->ctime = clock_seconds();
    return done ? (long)done : error == -ENOMEM ? -ENOSPC : error;
}

size_t inode_read(struct inode *inode, void *to, uint32_t offset, size_t size)
{
    return (size_t)data_read(inode, to, offset, size, copy_from_kernel);
}

long inode_write(struct inode *inode, uint32_t offset, const void *from, size_t size)
{
    return data_write(inode, offset, from, size, copy_from_kernel);
}

long inode_read_user(struct inode *inode, void *to, uint32_t offset, size_t size)
{
    return data_read(inode, to, offset, size, copy_to_user);
}

long inode_write_user(struct inode *inode, uint32_t offset, const void *from, size_t size)
{
    return data_write(inode, offset, from, size, copy_from_user);
}

static void frames_free(struct inode *inode, uint32_t from_page)
{
    for (uint32_t page = from_page; page < inode->capacity; page++) {
        uint32_t *slot = slot_of(inode, page);
        if (!slot) {
            page |= PER_TABLE - 1; /* on to the next table */
        } else if (*slot != 0) {
            frame_put(*slot);
            *slot = 0;
            inode->pages--;
        }
    }
}

static void tables_free(struct inode *inode)
{
    for (uint32_t i = 0; inode->capacity > PER_TABLE && i <= (PAGES_MAX - 1) / PER_TABLE; i++) {
        memory_free((void *)inode->frames[i]);
    }
    memory_free(inode->frames);
    inode->frames = NULL;
    inode->capacity = 0;
}

int inode_resize(struct inode *inode, uint32_t size)
{
    if (size > INODE_BYTES_MAX) {
        return -EFBIG;
    }
    /* Behind the old end there may be what a write left that did not succeed. */
    uint32_t keep = lower(size, inode->size);
    uint32_t *slot = slot_of(inode, keep / PAGE_SIZE);
    if (slot && *slot && keep % PAGE_SIZE) {
        memset((uint8_t *)phys_to_virt(*slot) + keep % PAGE_SIZE, 0, PAGE_SIZE - keep % PAGE_SIZE);
    }
    if (size < inode->size) {
        mappings_cut(inode, page_up(size));
    }
    frames_free(inode, page_up(keep) / PAGE_SIZE);
    inode->size = size;
    if (size == 0) {
        tables_free(inode);
    }
    return 0;
}
