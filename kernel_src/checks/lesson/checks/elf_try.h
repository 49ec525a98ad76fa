/* checks/elf_try.h: loading a program's file, for checks/elf.c. */
#pragma once

#include "kernel/suite.h"
#include "lib/linux_errno.h"
#include "mm/mm.h"
#include "proc/process.h"

#define ELF_AS_LINUX 0
#define ELF_DAMAGE_OF_STEP {"shared object", HEADER(type), 2, 3},

/* What kernels can do that carry on without memory. */
#define ELF_MORE 0

static inline void elf_more(uint8_t *file, uint32_t file_size, uint32_t memsz_offset)
{
    (void)file;
    (void)file_size;
    (void)memsz_offset;
}

/* Make a process of a file and let go of it again. Returns 0, -LINUX_ENOEXEC if it was refused, or
 * 1 if a frame was lost. */
static inline int elf_try(const void *file, uint32_t size)
{
    const struct program program = {"elf-try", file, size};
    uint32_t before = frames_used;
    struct process *process = process_create(&program);

    if (process) {
        process_destroy(process);
    }
    return frames_used != before ? 1 : process ? 0 : -LINUX_ENOEXEC;
}
