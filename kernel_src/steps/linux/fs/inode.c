/* fs/inode.c: what a name in the file system stands for: made, counted, freed. */

#include "fs/inode.h"

#include "dev/clock.h"
#include "kernel/kernel.h"
#include "mm/space.h"

struct inode *root;

static uint32_t last_number;

struct inode *inode_create(uint32_t mode, uint32_t rdev)
{
    struct inode *inode = memory_alloc(sizeof *inode);

    if (inode) {
        *inode = (struct inode){.users = 1, .number = ++last_number, .mode = mode, .rdev = rdev};
        inode->atime = inode->mtime = inode->ctime = file_time_now;
    }
    return inode;
}

void inode_init(void)
{
    root = inode_create(S_IFDIR | 0755, 0);
    if (!root) {
        panic("no memory for the root directory");
    }
    root->parent = root;
    root->links = 1;
}

void inode_get(struct inode *inode)
{
    inode->users++;
}

void inode_put(struct inode *inode)
{
    while (inode && --inode->users == 0) {
        struct inode *parent = inode->parent;
        inode_resize(inode, 0);
        memory_free(inode->target);
        memory_free(inode);
        inode = parent;
    }
}
