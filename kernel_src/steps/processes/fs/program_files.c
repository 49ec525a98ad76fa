/* fs/program_files.c: the programs inside the kernel, as files. */

#include "fs/inode.h"

#include "kernel/suite.h"
#include "lib/lib.h"
#include "mm/mm.h"

_Static_assert(sizeof(struct inode) == sizeof(struct program), "the table of programs is theirs");

struct inode *inode_of_program(const struct program *program)
{
    return (struct inode *)program;
}

size_t inode_read(struct inode *inode, void *to, uint32_t offset, size_t size)
{
    size_t left = offset < inode->size ? inode->size - offset : 0;
    size_t part = size < left ? size : left;

    memcpy(to, inode->data + offset, part);
    return part;
}

/* Each user gets a frame of its own: the file need not begin at a page. */
long inode_page(struct inode *inode, uint32_t page)
{
    uint32_t frame = frame_alloc();

    if (frame == 0) {
        return -ENOMEM;
    }
    inode_read(inode, phys_to_virt(frame), page * PAGE_SIZE, PAGE_SIZE);
    return (long)frame;
}
