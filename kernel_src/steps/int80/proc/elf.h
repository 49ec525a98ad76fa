/* proc/elf.h: the file format of programs (System V ABI, chapters 4 and 5). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define ELF_MAGIC 0x464c457f /* 0x7f 'E' 'L' 'F' */
#define ELF_CLASS_32 1
#define ELF_LITTLE_ENDIAN 1
#define ELF_TYPE_EXECUTABLE 2
#define ELF_MACHINE_386 3
#define ELF_SEGMENT_LOAD 1
#define ELF_SEGMENT_WRITABLE 2 /* in program_header.flags */

struct elf_header {
    uint32_t magic;
    uint8_t file_class, byte_order, ident_version, padding[9];
    uint16_t type, machine;
    uint32_t version, entry, phoff, shoff, flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_program_header {
    uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

/* Load the segments of a static executable. Returns its entry point, or 0 if it is not one or a
 * segment does not fit: into the file, or into a program's memory. */
uint32_t elf_load(uint32_t *directory, const void *file, size_t size);
