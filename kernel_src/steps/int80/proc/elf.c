/* proc/elf.c: a program from its file into an address space.
 *
 * Nothing in the file is believed: every sum is written as a comparison that cannot wrap around.
 * Only the entry point is not looked at: a bad one faults in ring 3, and ends that program.
 */

#include "proc/elf.h"

#include "lib/lib.h"
#include "mm/mm.h"

static int header_ok(const struct elf_header *header, size_t size)
{
    return size >= sizeof *header && header->magic == ELF_MAGIC &&
           header->file_class == ELF_CLASS_32 && header->byte_order == ELF_LITTLE_ENDIAN &&
           header->type == ELF_TYPE_EXECUTABLE && header->machine == ELF_MACHINE_386 &&
           header->phentsize == sizeof(struct elf_program_header) && header->phoff <= size &&
           header->phnum <= (size - header->phoff) / sizeof(struct elf_program_header);
}

static int segment_ok(const struct elf_program_header *segment, size_t size)
{
    return segment->filesz <= segment->memsz && segment->offset <= size &&
           segment->filesz <= size - segment->offset && segment->vaddr >= USER_LOWEST_ADDR &&
           segment->vaddr <= USER_IMAGE_END && segment->memsz <= USER_IMAGE_END - segment->vaddr;
}

static void segment_load(uint32_t *directory, const struct elf_program_header *segment,
                         const uint8_t *content)
{
    uint32_t flags = PAGE_USER | (segment->flags & ELF_SEGMENT_WRITABLE ? PAGE_WRITE : 0);
    uint32_t start = segment->vaddr, file_end = start + segment->filesz;

    for (uint32_t address = start; address < segment->vaddr + segment->memsz; address = start) {
        if (!page_entry(directory, address) || *page_entry(directory, address) == 0) {
            page_map(directory, address, frame_alloc(), flags);
        }
        uint32_t *entry = page_entry(directory, address);
        *entry |= flags; /* two segments may share a page */
        start = (address & ENTRY_FRAME) + PAGE_SIZE;
        if (address < file_end) { /* what lies behind stays as a new frame is: zeros */
            memcpy((uint8_t *)phys_to_virt(*entry & ENTRY_FRAME) + address % PAGE_SIZE,
                   content + (address - segment->vaddr), lower(start, file_end) - address);
        }
    }
}

uint32_t elf_load(uint32_t *directory, const void *file, size_t size)
{
    const struct elf_header *header = file;
    const uint8_t *bytes = file;

    if (!header_ok(header, size)) {
        return 0;
    }
    const struct elf_program_header *segments = (const void *)(bytes + header->phoff);
    for (uint32_t i = 0; i < header->phnum; i++) {
        if (segments[i].type != ELF_SEGMENT_LOAD || segments[i].memsz == 0) {
            continue;
        }
        if (!segment_ok(&segments[i], size)) {
            return 0;
        }
        segment_load(directory, &segments[i], bytes + segments[i].offset);
    }
    return header->entry;
}
