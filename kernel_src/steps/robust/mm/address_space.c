/* mm/address_space.c: a page directory for each process. */

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

void address_space_destroy(uint32_t *directory)
{
    for (uint32_t i = 0; i < FIRST_KERNEL_ENTRY; i++) {
        if ((directory[i] & PAGE_PRESENT) == 0) {
            continue;
        }
        uint32_t *table = phys_to_virt(directory[i] & ENTRY_FRAME);
        for (uint32_t j = 0; j < 1024; j++) {
            if ((table[j] & PAGE_PRESENT) && (table[j] & PAGE_SHARED) == 0) {
                frame_free(table[j] & ENTRY_FRAME);
            }
        }
        frame_free(directory[i] & ENTRY_FRAME);
    }
    frame_free(virt_to_phys(directory));
}
