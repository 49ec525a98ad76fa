/* fs/inode.h: what a name in the file system stands for. All of it is in memory. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "dev/clock.h"
#include "include/constants.h"
#include "lib/list.h"

#define INODE_BYTES_MAX ((uint64_t)INODE_PAGES_MAX * PAGE_SIZE)

struct entry;
struct fifo;

/* What it stands for is in `mode`, as Linux has it; the members below depend on that. */
struct inode {
    uint32_t users;   /* open files, areas, working directories, and one while it has a name */
    uint32_t links;   /* names */
    uint32_t writers; /* open files that may change it */
    uint32_t number;
    uint32_t mode, uid, gid;
    uint64_t size;
    struct file_time atime, mtime, ctime;
    uint32_t rdev;        /* a device's number */
    struct fifo *fifo;    /* of a FIFO, while somebody has it open */
    uint8_t *bytes;       /* a short file's; else NULL: see fs/inode_data.c */
    uint32_t *frames;     /* a longer file's pages */
    uint32_t capacity;    /* as many of them could be noted */
    uint32_t pages;       /* that are there: no holes */
    struct node *entries; /* a directory's names, the newest first */
    uint32_t last_cookie;
    uint32_t subdirectories;
    struct inode *parent; /* of a directory; the root's is itself */
    struct entry *entry;  /* its newest name, if that is still there */
    char *target;         /* of a symbolic link */
    uint32_t magic;       /* one of MAGIC_, see fs/magic.h, or 0 */
    uint32_t runs;        /* processes that run it */
    struct node *locks;   /* fcntl(2), flock(2) */
};

/* A name in a directory. */
struct entry {
    struct node node;    /* of the directory's names */
    struct node by_name; /* of all that have the same hash */
    struct inode *directory, *inode;
    uint32_t cookie; /* grows from entry to entry: where getdents() goes on */
    char name[];
};

/* The entry of such a node; the next one of the same directory; NULL: none. */
static inline struct entry *entry_of(struct node *node)
{
    return node ? node_owner(node, struct entry, node) : NULL;
}

static inline struct entry *entry_next(const struct entry *entry)
{
    return entry_of(entry->node.next);
}

extern struct inode *root;

/* ---- fs/inode.c ---- */

void inode_init(void);

/* Without a name yet, and one user; NULL if there is no memory. */
struct inode *inode_create(uint32_t mode, uint32_t rdev);
void inode_get(struct inode *inode);

/* One user less. The last one frees it, if it has no name. */
void inode_put(struct inode *inode);

static inline int is_directory(const struct inode *inode)
{
    return (inode->mode & S_IFMT) == S_IFDIR;
}

static inline int is_regular(const struct inode *inode)
{
    return (inode->mode & S_IFMT) == S_IFREG;
}

static inline int is_fifo(const struct inode *inode)
{
    return (inode->mode & S_IFMT) == S_IFIFO;
}

static inline int is_symlink(const struct inode *inode)
{
    return (inode->mode & S_IFMT) == S_IFLNK;
}

/* ---- fs/inode_data.c: the contents of files ---- */

/* A frame with a page of the file, for which the caller has to call frame_put(). Returns its
 * physical address, or -errno. */
long inode_page(struct inode *inode, uint32_t page);

/* So many bytes does a file have from there on, if that is less than `most`. */
uint32_t inode_left(const struct inode *inode, uint64_t offset, uint32_t most);

/* Copy from the file, and to it: it grows if need be. The memory on the other side is the kernel's,
 * or a program's that was found to be below USER_TOP. Returns how many bytes, or -errno. */
long inode_read(struct inode *inode, void *to, uint64_t offset, size_t size);
long inode_write(struct inode *inode, uint64_t offset, const void *from, size_t size);

/* Cut off or lengthen with zeros. Returns 0 or -errno. */
int inode_resize(struct inode *inode, uint64_t size);

/* ---- mm/truncate.c ---- */

/* Its pages from `page` on are gone: nobody has them mapped any more. */
void mappings_cut(const struct inode *inode, uint32_t page);

/* ---- fs/program_files.c ---- */

struct program;

/* Make files of the programs inside the kernel. */
void program_files_make(void);

/* The file of one of them: the caller must call inode_put(). NULL if it is gone. */
struct inode *inode_of_program(const struct program *program);

/* ---- fs/directory.c ---- */

/* The entry of that name, or NULL. */
struct entry *directory_find(const struct inode *directory, const char *name, size_t length);

/* Give an inode a name. Returns 0 or -errno. */
int directory_add(struct inode *directory, const char *name, size_t length, struct inode *inode);

/* Take a name away. */
void directory_remove(struct inode *directory, struct entry *entry);

static inline int directory_is_empty(const struct inode *directory)
{
    return directory->entries == NULL;
}
