/* cpu/gdt.h: the Global Descriptor Table. */
#pragma once

#include <stdint.h>

#include "include/constants.h"

struct cpu;

/* The table as the builder's tables have it; the TSS descriptors in it still lack their base. */
extern const uint64_t gdt_image[GDT_ENTRIES];

void gdt_init(struct cpu *cpu);
