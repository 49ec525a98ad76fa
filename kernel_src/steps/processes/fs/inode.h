/* fs/inode.h: where the pages of a program come from: from a file inside the kernel. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct program;

/* The file of a program; it is there for ever, so nobody counts its users. */
struct inode {
    const char *name;
    const uint8_t *data;
    size_t size;
};

/* The file of a program. */
struct inode *inode_of_program(const struct program *program);

static inline void inode_get(struct inode *inode)
{
    (void)inode;
}

static inline void inode_put(struct inode *inode)
{
    (void)inode;
}

/* A frame with a page of the file, zeros behind its end. Returns its address, or -errno. */
long inode_page(struct inode *inode, uint32_t page);

/* Copy from the file; returns how many bytes there were. */
size_t inode_read(struct inode *inode, void *to, uint32_t offset, size_t size);
