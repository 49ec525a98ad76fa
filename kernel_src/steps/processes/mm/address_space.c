/* mm/address_space.c: a page directory for each address space. */

#include "mm/mm.h"

#include "lib/lib.h"

#define FIRST_KERNEL_ENTRY (KERNEL_BASE / TABLE_SPAN)

uint32_t *address_space_create(void)
{
    uint32_t frame = frame_alloc();

    if (frame == 0) {
        return NULL;
    }
    uint32_t *directory = phys_to_virt(frame);
    memcpy(directory + FIRST_KERNEL_ENTRY, kernel_page_directory + FIRST_KERNEL_ENTRY,
           (1024 - FIRST_KERNEL_ENTRY) * sizeof(uint32_t));
    return directory;
}
