/* checks/elf_more.h: what the loader of larger kernels refuses beyond that of the small ones. */
#pragma once

#include "lib/ktap.h"
#include "lib/lib.h"
#include "mm/mm.h"

#define MANY_FRAMES 8192 /* 32 MiB: with more, filling them all with zeros takes too long */

/* clang-format off: rows of a table */
#define ELF_DAMAGE_MORE                                                                            \
    {"no program header", HEADER(phnum), 2, 0},                                                    \
    {"program headers at an odd place", HEADER(phoff), 4, 53},                                     \
    {"wants a dynamic linker", SEGMENT(type), 4, 3},
/* clang-format on */

#define ELF_MORE 2
#define NO_SEGMENT 4 /* PT_NOTE */

static inline void elf_more(uint8_t *file, uint32_t file_size, uint32_t memsz_offset)
{
    const char *text = "more memory than there is";
    uint32_t size = VSYSCALL_RANDOM_BASE - USER_PROGRAM_ADDR;
    struct elf_header *header = (struct elf_header *)file;
    struct elf_program_header *segment = (struct elf_program_header *)(header + 1);
    struct elf_program_header first = *segment;
    uint16_t count = header->phnum;

    header->phnum = 1;
    segment->type = NO_SEGMENT;
    ktap_equal("no segment to load", (uint32_t)elf_try(file, file_size), (uint32_t)-ENOEXEC);
    *segment = first;
    header->phnum = count;
    if (frames_total > MANY_FRAMES) {
        ktap_skip(text, "there is too much to try");
        return;
    }
    memcpy(file + memsz_offset, &size, sizeof size);
    ktap_equal(text, (uint32_t)elf_try(file, file_size), ELF_LARGER_THAN_MEMORY);
}
