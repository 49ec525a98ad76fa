/* checks/elf_try.h: loading a program's file, for checks/elf.c. */
#pragma once

#include "fs/inode.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/elf.h"

/* What only some kernels refuse: this one takes pages out of the file as they are. */
#define ELF_DAMAGE_OF_STEP                                                                         \
    {"33 program headers", HEADER(phnum), 2, 33},                                                  \
    ELF_DAMAGE_MORE                                                                                \
    {"segment that lies in its page otherwise than in the file", SEGMENT(offset), 4, 1},

#define ELF_AS_LINUX 0
#define ELF_LARGER_THAN_MEMORY 0 /* it is only promised */

/* Load a file into an address space that is freed again. Returns what elf_load() said, or 1 if a
 * frame was lost. */
static inline int elf_try(const void *file, uint32_t size)
{
    struct inode inode = {.name = "damaged", .data = file, .size = size};
    struct elf_image image;
    uint32_t before = frames_used;
    struct space *space = space_create();

    if (!space) {
        return -ENOMEM;
    }
    int result = elf_load(space, &inode, &image);
    space_put(space);
    return frames_used == before ? result : 1;
}

#include "checks/elf_more.h"
