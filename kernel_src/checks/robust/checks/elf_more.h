/* checks/elf_more.h: what the loader of larger kernels refuses beyond that of the small ones. */
#pragma once

#include "lib/ktap.h"
#include "lib/lib.h"
#include "mm/mm.h"

#define MANY_FRAMES 8192 /* 32 MiB: with more, filling them all with zeros takes too long */

/* clang-format off: rows of a table */
#define ELF_DAMAGE_MORE                                                                            \
    {"no program header", HEADER(phnum), 2, 0},                                                    \
    {"33 program headers", HEADER(phnum), 2, 33},                                                  \
    {"program headers at an odd place", HEADER(phoff), 4, 53},                                     \
    {"wants a dynamic linker", SEGMENT(type), 4, 3},
/* clang-format on */

#define ELF_MORE 1

static inline void elf_more(uint8_t *file, uint32_t file_size, uint32_t memsz_offset)
{
    const char *text = "more memory than there is";
    uint32_t size = VSYSCALL_RANDOM_BASE - USER_PROGRAM_ADDR;

    if (frames_total > MANY_FRAMES) {
        ktap_skip(text, "there is too much to try");
        return;
    }
    memcpy(file + memsz_offset, &size, sizeof size);
    ktap_equal(text, (uint32_t)elf_try(file, file_size), ELF_LARGER_THAN_MEMORY);
}
