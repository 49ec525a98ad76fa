/* proc/elf.h: the file format of programs (System V ABI, chapters 4 and 5). */
#pragma once

#include <stdint.h>

#define ELF_MAGIC 0x464c457f /* 0x7f 'E' 'L' 'F' */
#define ELF_CLASS_32 1
#define ELF_LITTLE_ENDIAN 1
#define ELF_TYPE_EXECUTABLE 2
#define ELF_TYPE_SHARED 3 /* may be loaded anywhere */
#define ELF_MACHINE_386 3
#define ELF_SEGMENT_LOAD 1
#define ELF_SEGMENT_INTERPRETER 3
#define ELF_SEGMENT_EXECUTABLE 1 /* in program_header.flags */
#define ELF_SEGMENT_WRITABLE 2
#define ELF_SEGMENT_READABLE 4

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

/* What is known of a program once it is in memory. */
struct elf_image {
    uint32_t entry_addr;
    uint32_t phdr_addr; /* of the program headers in its memory, 0 if no segment holds them */
    uint32_t phdr_count;
};

struct inode;
struct space;

/* Promise the segments of a static executable to an empty address space. Returns 0, -ENOEXEC if the
 * file is not one or is damaged, -ENOMEM. */
int elf_load(struct space *space, struct inode *inode, struct elf_image *image);
