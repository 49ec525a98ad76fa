/* checks/elf_try.h: loading a program's file, for checks/elf.c. */
#pragma once

#include "mm/mm.h"
#include "proc/elf.h"

/* What only some kernels refuse. */
#define ELF_DAMAGE_OF_STEP                                                                         \
    {"33 program headers", HEADER(phnum), 2, 33},                                                  \
    ELF_DAMAGE_MORE                                                                                \
    {"shared object", HEADER(type), 2, 3},

#define ELF_AS_LINUX 0
#define ELF_LARGER_THAN_MEMORY ((uint32_t)-ENOMEM)

/* Load a file into an address space that is freed again. Returns what elf_load() said, or 1 if a
 * frame was lost. */
static inline int elf_try(const void *file, uint32_t size)
{
    struct elf_image image;
    uint32_t before = frames_used;
    uint32_t *directory = address_space_create();

    if (!directory) {
        return -ENOMEM;
    }
    int result = elf_load(directory, file, size, &image);
    address_space_destroy(directory);
    return frames_used == before ? result : 1;
}

#include "checks/elf_more.h"
