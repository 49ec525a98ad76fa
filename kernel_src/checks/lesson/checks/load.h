/* checks/load.h: loading a program's file, for checks/loaded.c. */
#pragma once

#include "proc/elf.h"

/* The entry point; 0 if the file is refused. */
static inline uint32_t load(uint32_t *directory, const void *file, uint32_t size)
{
    return elf_load(directory, file, size);
}
