/* proc/elf.c: a program from its file into an address space. Nothing in the file is believed.
 *
 * Every sum is written as a comparison that cannot wrap around; every address is checked against
 * the part of memory that a program may have. The entry point is not: a bad one faults in ring 3,
 * and ends that program.
 */

#include "proc/elf.h"

#include "lib/lib.h"
#include "mm/mm.h"

#define MAX_PROGRAM_HEADERS 32

static uint32_t page_of(uint32_t address)
{
    return address & ~(PAGE_SIZE - 1u);
}

static int header_ok(const struct elf_header *header, size_t size)
{
    if (size < sizeof *header || header->magic != ELF_MAGIC) {
        return 0;
    }
    if (header->file_class != ELF_CLASS_32 || header->byte_order != ELF_LITTLE_ENDIAN ||
        header->machine != ELF_MACHINE_386 || header->type != ELF_TYPE_EXECUTABLE) {
        return 0;
    }
    if (header->phentsize != sizeof(struct elf_program_header) || header->phnum == 0 ||
        header->phnum > MAX_PROGRAM_HEADERS || header->phoff % 4 != 0) {
        return 0;
    }
    return header->phoff <= size &&
           header->phnum * sizeof(struct elf_program_header) <= size - header->phoff;
}

static int segment_ok(const struct elf_program_header *segment, size_t size)
{
    return segment->filesz <= segment->memsz && segment->offset <= size &&
           segment->filesz <= size - segment->offset && segment->vaddr >= USER_LOWEST_ADDR &&
           segment->vaddr <= USER_IMAGE_END && segment->memsz <= USER_IMAGE_END - segment->vaddr;
}

/* The kernel's own address of a page of the program; maps it if no segment before has. Two segments
 * may share a page: it is then writable if one of them is. */
static uint8_t *page_for(uint32_t *directory, uint32_t address, int writable)
{
    uint32_t *entry = page_entry(directory, address);
    uint32_t flags = PAGE_USER | (writable ? PAGE_WRITE : 0);

    if (!entry || (*entry & PAGE_PRESENT) == 0) {
        uint32_t frame = frame_alloc();
        if (frame == 0) {
            return NULL;
        }
        if (page_map(directory, address, frame, flags) != 0) {
            frame_free(frame);
            return NULL;
        }
        entry = page_entry(directory, address);
    }
    *entry |= flags;
    return phys_to_virt(page_of(*entry));
}

/* The part of a segment that comes from the file and belongs into one page. The rest of the page
 * stays as it is: new, which means full of zeros, or filled by a segment before. */
static void copy_into_page(uint8_t *page, uint32_t address,
                           const struct elf_program_header *segment, const uint8_t *file)
{
    uint32_t start = address < segment->vaddr ? segment->vaddr : address;
    uint32_t file_end = lower(segment->vaddr + segment->filesz, address + PAGE_SIZE);

    if (start < file_end) {
        memcpy(page + (start - address), file + segment->offset + (start - segment->vaddr),
               file_end - start);
    }
}

static int segment_load(uint32_t *directory, const struct elf_program_header *segment,
                        const uint8_t *file)
{
    int writable = (segment->flags & ELF_SEGMENT_WRITABLE) != 0;

    for (uint32_t address = page_of(segment->vaddr); address < segment->vaddr + segment->memsz;
         address += PAGE_SIZE) {
        uint8_t *page = page_for(directory, address, writable);
        if (!page) {
            return -ENOMEM;
        }
        copy_into_page(page, address, segment, file);
    }
    return 0;
}

/* Where the program headers ended up in memory: programs ask for them (AT_PHDR). */
static void find_headers(const struct elf_header *header, const struct elf_program_header *segment,
                         struct elf_image *image)
{
    uint32_t bytes = header->phnum * sizeof(struct elf_program_header);

    if (segment->offset <= header->phoff && header->phoff - segment->offset <= segment->filesz &&
        bytes <= segment->filesz - (header->phoff - segment->offset)) {
        image->phdr_addr = segment->vaddr + (header->phoff - segment->offset);
    }
}

int elf_load(uint32_t *directory, const void *file, size_t size, struct elf_image *image)
{
    const struct elf_header *header = file;

    if (!header_ok(header, size)) {
        return -ENOEXEC;
    }
    const struct elf_program_header *segments =
        (const void *)((const uint8_t *)file + header->phoff);
    int loaded = 0;
    *image = (struct elf_image){.entry_addr = header->entry, .phdr_count = header->phnum};
    for (uint32_t i = 0; i < header->phnum; i++) {
        if (segments[i].type == ELF_SEGMENT_INTERPRETER) {
            return -ENOEXEC; /* it wants a dynamic linker */
        }
        if (segments[i].type != ELF_SEGMENT_LOAD || segments[i].memsz == 0) {
            continue;
        }
        if (!segment_ok(&segments[i], size)) {
            return -ENOEXEC;
        }
        int error = segment_load(directory, &segments[i], file);
        if (error) {
            return error;
        }
        find_headers(header, &segments[i], image);
        loaded++;
    }
    return loaded ? 0 : -ENOEXEC;
}
