/* harness.c: runs the kernel's unpacking of an initial ram disk on the host, for test_initrd.py.
 *
 * It reads requests, a line "KIND SIZE NUMBER" and SIZE bytes, and answers each with lines, of which
 * the last is ".". Memory is given out to the byte, so that sanitizers see a step outside; what was
 * said to be consumed is made unreadable.
 *
 *   initrd  initrd_unpack(); memory_alloc() and inode_write() fail from the call NUMBER on (0: never)
 *   cpio    cpio_feed(), in pieces of NUMBER bytes
 *   gzip    gzip_unpack(); the sink fails at its call NUMBER (0: never)
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/cpio.h"
#include "fs/initrd.h"
#include "fs/ramfs.h"
#include "include/constants.h"
#include "lib/gzip.h"
#include "mm/space.h"

#if defined __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>

/* Little of what was freed is kept back: 32 bits have not room for more. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=8";
}
#else
#define ASAN_POISON_MEMORY_REGION(start, size) memset((void *)(start), 0xa5, size)
#define ASAN_UNPOISON_MEMORY_REGION(start, size) (void)0
#endif

#define SECONDS_AT_MOST 5
#define FILES_MAX 20000
#define ENOTDIR 20
#define TYPE_MASK 0170000u
#define DIRECTORY 0040000u

struct inode {
    uint32_t mode, rdev, uid, gid, mtime, size;
    unsigned number, links;
    uint8_t *data;
};

struct file {
    char *path;
    struct inode *inode;
};

static struct file files[FILES_MAX];
static unsigned file_count, inode_count;
static long allocated;        /* blocks that were not freed */
static unsigned long fail_at; /* the how manieth call from here on fails, and all behind it */
static const uint8_t *input, *input_end, *released;

static uint32_t crc32_of(const uint8_t *data, size_t size)
{
    uint32_t crc = 0xffffffff;

    for (size_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
        }
    }
    return ~crc;
}

/* Room for more than is asked for, lest a file that grows is copied all the time. */
static size_t capacity_for(size_t size)
{
    size_t capacity = 4096;

    while (capacity < size) {
        capacity *= 2;
    }
    return capacity;
}

static void check(int right, const char *what)
{
    if (!right) {
        fprintf(stderr, "harness: %s\n", what);
        abort();
    }
}

static int should_fail(void)
{
    if (fail_at > 1) {
        fail_at--;
        return 0;
    }
    return fail_at == 1;
}

/* ---- What the kernel supplies ---- */

void *memory_alloc(size_t size)
{
    if (should_fail()) {
        return NULL;
    }
    allocated++;
    return memset(malloc(size), 0xa5, size);
}

void memory_free(void *pointer)
{
    check(pointer != NULL, "memory_free(NULL)");
    allocated--;
    free(pointer);
}

void initrd_consumed(const uint8_t *upto)
{
    check(upto >= released + 4096 && upto <= input_end, "consumed too early or too much");
    ASAN_POISON_MEMORY_REGION(released, (size_t)(upto - released));
    released = upto;
}

static struct file *find(const char *path, size_t length)
{
    for (unsigned i = 0; i < file_count; i++) {
        if (strlen(files[i].path) == length && memcmp(files[i].path, path, length) == 0) {
            return &files[i];
        }
    }
    return NULL;
}

static void drop_inode(struct inode *inode)
{
    if (--inode->links == 0) {
        free(inode->data);
        free(inode);
    }
}

/* The place for a path that is to be made; makes its parents. Only the kinds of paths that the tests
 * have: without "..", and not through symbolic links. NULL: below something else. */
static struct file *place_for(const char *path)
{
    size_t length = strlen(path);

    for (size_t i = 1; i < length; i++) {
        if (path[i] == '/' && !find(path, i)) {
            struct inode *parent;
            char *name = strndup(path, i);
            int error = ramfs_make(name, DIRECTORY | 0755, 0, &parent);
            free(name);
            if (error) {
                return NULL;
            }
        }
        if (path[i] == '/' && (find(path, i)->inode->mode & TYPE_MASK) != DIRECTORY) {
            return NULL;
        }
        if (path[i] == '/') {
            find(path, i)->inode->mtime = 0; /* as if it were now: something is made in it */
        }
    }
    struct file *file = find(path, length);
    if (!file && file_count < FILES_MAX) {
        file = &files[file_count++];
        *file = (struct file){strdup(path), NULL};
    }
    return file;
}

int ramfs_make(const char *path, uint32_t mode, uint32_t rdev, struct inode **made)
{
    struct file *file = place_for(path);

    if (!file) {
        return -ENOTDIR;
    }
    if (file->inode && (file->inode->mode & TYPE_MASK) == DIRECTORY) {
        if ((mode & TYPE_MASK) != DIRECTORY) {
            return -EEXIST;
        }
        *made = file->inode;
        return 0;
    }
    if (file->inode) {
        drop_inode(file->inode);
    }
    file->inode = calloc(1, sizeof *file->inode);
    *file->inode = (struct inode){.mode = mode, .rdev = rdev, .links = 1, .number = ++inode_count};
    *made = file->inode;
    return 0;
}

int ramfs_symlink(const char *path, const char *target, struct inode **made)
{
    int error = ramfs_make(path, 0120777, 0, made);

    if (error == 0) {
        (*made)->size = (uint32_t)strlen(target);
        (*made)->data = (uint8_t *)strdup(target);
    }
    return error;
}

int ramfs_link(struct inode *inode, const char *path)
{
    struct file *file = place_for(path);

    if (!file) {
        return -ENOTDIR;
    }
    uint32_t type = file->inode ? file->inode->mode & TYPE_MASK : 0;
    if (type == DIRECTORY || type == (inode->mode & TYPE_MASK)) {
        return -EEXIST;
    }
    inode->links++;
    if (file->inode) {
        drop_inode(file->inode);
    }
    file->inode = inode;
    return 0;
}

void inode_get(struct inode *inode)
{
    inode->links++;
}

void inode_put(struct inode *inode)
{
    drop_inode(inode);
}

int inode_resize(struct inode *inode, uint32_t size)
{
    check(size == 0, "only emptied");
    inode->size = 0;
    return 0;
}

void inode_set_times(struct inode *inode, uint32_t mtime)
{
    inode->mtime = mtime;
}

void inode_set_attributes(struct inode *inode, uint32_t mode, uint32_t uid, uint32_t gid)
{
    inode->mode = mode;
    inode->uid = uid;
    inode->gid = gid;
}

/* Odd sizes, to see that the rest is written too. */
long inode_write(struct inode *inode, uint32_t offset, const void *data, size_t size)
{
    size_t count = size > 5000 ? 5000 : size;

    if (should_fail()) {
        return -ENOSPC;
    }
    if (offset + count > inode->size) {
        inode->size = (uint32_t)(offset + count);
        inode->data = realloc(inode->data, capacity_for(inode->size));
    }
    memcpy(inode->data + offset, data, count);
    inode->mtime = 0; /* as if it were the time of now: unpacking sets it again */
    return (long)count;
}

/* ---- Requests ---- */

static void show_text(const char *text)
{
    for (; *text != '\0'; text++) {
        printf("%02x", (unsigned char)*text);
    }
}

/* path mode uid gid mtime rdev links inode size crc */
static void show_and_free_files(void)
{
    for (unsigned i = 0; i < file_count; i++) {
        const struct inode *inode = files[i].inode;
        printf("file ");
        show_text(files[i].path);
        printf(" %o %u %u %u %u %u %u %u %u\n", inode->mode, inode->uid, inode->gid, inode->mtime,
               inode->rdev, inode->links, inode->number, inode->size,
               crc32_of(inode->data, inode->size));
    }
    for (unsigned i = 0; i < file_count; i++) {
        drop_inode(files[i].inode);
        free(files[i].path);
    }
    file_count = inode_count = 0;
}

static void run_initrd(size_t size, unsigned long number)
{
    fail_at = number;
    released = input;
    const char *reason = initrd_unpack(input, size);
    fail_at = 0;
    printf("reason %s\n", reason ? reason : "");
    printf("consumed %lu\n", (unsigned long)(released - input));
    check(allocated == 0, "memory was not freed");
    show_and_free_files();
}

static uint8_t *collected;
static size_t collected_size;
static unsigned long sink_calls;

static int collect(void *context, const uint8_t *data, size_t size)
{
    check(context == &collected, "wrong context");
    check(size > 0, "an empty piece");
    collected = realloc(collected, capacity_for(collected_size + size));
    memcpy(collected + collected_size, data, size);
    collected_size += size;
    sink_calls++;
    return sink_calls == fail_at ? -ENOSPC : 0;
}

static void run_gzip(size_t size, unsigned long number)
{
    struct gzip *gzip = memset(malloc(sizeof *gzip), 0xa5, sizeof *gzip);
    const struct inflate *inflate = &gzip->inflate;

    fail_at = number;
    sink_calls = 0;
    int error = gzip_unpack(gzip, input, size, collect, &collected);
    check((error == 0) == (inflate->reason == NULL), "error and reason differ");
    printf("gzip %d %lu %lu %u\n", -error, (unsigned long)(inflate_next(inflate) - input),
           (unsigned long)collected_size, crc32_of(collected, collected_size));
    printf("reason %s\n", error ? inflate->reason : "");
    free(gzip);
    free(collected);
    collected = NULL;
    collected_size = 0;
    fail_at = 0;
}

static void show_collected(void)
{
    if (collected_size > 0) {
        printf("data %lu %u\n", (unsigned long)collected_size, crc32_of(collected, collected_size));
    }
    free(collected);
    collected = NULL;
    collected_size = 0;
}

static int show_entry(void *context, const struct cpio_entry *entry)
{
    check(context == &collected, "wrong context");
    show_collected();
    printf("entry ");
    show_text(entry->name);
    printf(" %u %o %u %u %u %u %u %u %u %u %u ", entry->ino, entry->mode, entry->uid, entry->gid,
           entry->nlink, entry->mtime, entry->size, entry->dev_major, entry->dev_minor,
           entry->rdev_major, entry->rdev_minor);
    show_text((entry->mode & TYPE_MASK) == 0120000 ? entry->target : "");
    printf("\n");
    return 0;
}

static void show_trailer(void *context)
{
    check(context == &collected, "wrong context");
    show_collected();
    printf("trailer\n");
}

static void run_cpio(size_t size, unsigned long number)
{
    static const struct cpio_client client = {show_entry, collect, show_trailer};
    struct cpio *cpio = malloc(sizeof *cpio);
    size_t used = 0, piece, taken;

    cpio_init(cpio, &client, &collected);
    cpio_start(cpio, 0);
    do {
        piece = size - used < number ? size - used : number;
        uint8_t *copy = memcpy(malloc(piece), input + used, piece); /* so that its end is known */
        taken = cpio_feed(cpio, copy, piece);
        free(copy);
        used += taken;
    } while (taken == piece && used < size);
    cpio_end(cpio);
    show_collected();
    printf("reason %s\n", cpio->error ? cpio->error : "");
    printf("used %lu %u\n", (unsigned long)used, cpio->entry_at);
    free(cpio);
}

int main(void)
{
    char kind[8];
    unsigned long size, number;

    while (scanf("%7s %lu %lu", kind, &size, &number) == 3) {
        uint8_t *data = malloc(size);
        getchar();
        check(fread(data, 1, size, stdin) == size, "a request is cut off");
        input = data;
        input_end = data + size;
        alarm(SECONDS_AT_MOST);
        if (strcmp(kind, "initrd") == 0) {
            run_initrd(size, number);
        } else if (strcmp(kind, "cpio") == 0) {
            run_cpio(size, number);
        } else {
            run_gzip(size, number);
        }
        alarm(0);
        ASAN_UNPOISON_MEMORY_REGION(data, size);
        free(data);
        printf(".\n");
        fflush(stdout);
    }
    return 0;
}
