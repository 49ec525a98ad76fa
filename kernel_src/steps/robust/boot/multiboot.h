/* boot/multiboot.h: what the boot loader tells the kernel (Multiboot specification 0.6.96, 3.3). */
#pragma once

#include <stdint.h>

#define MULTIBOOT_MEMORY_AVAILABLE 1

struct multiboot_info {
    uint32_t flags; /* MULTIBOOT_INFO_ bits: which of the members below are valid */
    uint32_t mem_lower;
    uint32_t mem_upper; /* KiB of memory from 1 MiB to the first hole */
    uint32_t boot_device;
    uint32_t cmdline;
    uint32_t mods_count;
    uint32_t mods_addr;
    uint32_t symbols[4];
    uint32_t mmap_length; /* bytes */
    uint32_t mmap_addr;
};

/* A file that the boot loader has put into memory: an array of these at mods_addr. */
struct multiboot_module {
    uint32_t start, end;
    uint32_t string;
    uint32_t reserved;
};

struct multiboot_mmap_entry {
    uint32_t size; /* of what follows: the next entry begins size + 4 bytes after this one */
    uint64_t addr;
    uint64_t length;
    uint32_t type;
} __attribute__((packed));
