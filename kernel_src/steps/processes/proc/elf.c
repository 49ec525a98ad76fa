/* proc/elf.c: a program from its file into an address space. Nothing in the file is believed.
 *
 * No page is read here: the segments become areas, and a page of the file comes when the program
 * first touches it. Every sum is written as a comparison that cannot wrap around. The entry point
 * is not checked: a bad one faults in ring 3, and ends that program.
 */

#include "proc/elf.h"

#include "fs/inode.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "mm/space.h"

#define MAX_PROGRAM_HEADERS 32

static int header_ok(const struct elf_header *header)
{
    return header->magic == ELF_MAGIC && header->file_class == ELF_CLASS_32 &&
           header->byte_order == ELF_LITTLE_ENDIAN && header->machine == ELF_MACHINE_386 &&
           (header->type == ELF_TYPE_EXECUTABLE || header->type == ELF_TYPE_SHARED) &&
           header->phentsize == sizeof(struct elf_program_header) && header->phnum != 0 &&
           header->phnum <= MAX_PROGRAM_HEADERS;
}

/* Does it fit the file and the part of memory that a program may have? A page can only come from
 * the file if it lies as far into its page there as in memory. */
static int segment_ok(const struct elf_program_header *segment, size_t size)
{
    return segment->filesz <= segment->memsz && segment->offset <= size &&
           segment->filesz <= size - segment->offset && segment->vaddr >= USER_LOWEST_ADDR &&
           segment->vaddr <= USER_IMAGE_END && segment->memsz <= USER_IMAGE_END - segment->vaddr &&
           (segment->filesz == 0 || segment->vaddr % PAGE_SIZE == segment->offset % PAGE_SIZE);
}

static uint32_t protection_of(const struct elf_program_header *segment)
{
    return (segment->flags & ELF_SEGMENT_READABLE ? PROT_READ : 0) |
           (segment->flags & ELF_SEGMENT_WRITABLE ? PROT_WRITE : 0) |
           (segment->flags & ELF_SEGMENT_EXECUTABLE ? PROT_EXEC : 0);
}

/* In place of what an earlier segment may have there. */
static int promise(struct space *space, const struct area *area)
{
    if (area->start >= area->end) {
        return 0;
    }
    int error = space_unmap(space, area->start, area->end);
    return error ? error : area_add(space, area);
}

/* The page in which the file's part ends goes on with zeros, not with what the file has there. */
static int clear_tail(struct space *space, uint32_t address)
{
    int error = space_fault(space, address, 1);

    if (error == 0) {
        uint8_t *page = phys_to_virt(page_down(*space_entry(space, address, 0)));
        memset(page + address % PAGE_SIZE, 0, PAGE_SIZE - address % PAGE_SIZE);
    }
    return error;
}

static int segment_load(struct space *space, struct inode *inode,
                        const struct elf_program_header *segment)
{
    uint32_t file_end = segment->vaddr + segment->filesz;
    struct area file = {
        .start = page_down(segment->vaddr),
        .end = segment->filesz ? page_up(file_end) : page_down(segment->vaddr),
        .flags = protection_of(segment),
        .file_page = segment->offset / PAGE_SIZE,
        .inode = inode,
    };
    struct area zeros = {
        .start = file.end,
        .end = page_up(segment->vaddr + segment->memsz),
        .flags = file.flags,
    };
    int error = promise(space, &file);

    error = error ? error : promise(space, &zeros);
    if (error == 0 && segment->filesz < segment->memsz && file_end < file.end &&
        (file.flags & PROT_WRITE)) {
        error = clear_tail(space, file_end);
    }
    if (zeros.end > space->brk_start) {
        space->brk_start = space->brk = zeros.end;
    }
    return error;
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

int elf_load(struct space *space, struct inode *inode, struct elf_image *image)
{
    struct elf_header header;
    struct elf_program_header segment;
    int loaded = 0;

    if (inode_read(inode, &header, 0, sizeof header) != sizeof header || !header_ok(&header)) {
        return -ENOEXEC;
    }
    uint32_t bias = header.type == ELF_TYPE_SHARED ? USER_PIE_ADDR : 0;
    *image = (struct elf_image){.entry_addr = header.entry + bias, .phdr_count = header.phnum};
    for (uint32_t i = 0; i < header.phnum; i++) {
        if (header.phoff > inode->size ||
            inode_read(inode, &segment, header.phoff + i * sizeof segment, sizeof segment) !=
                sizeof segment) {
            return -ENOEXEC;
        }
        if (segment.type == ELF_SEGMENT_INTERPRETER) {
            return -ENOEXEC; /* it wants a dynamic linker */
        }
        if (segment.type != ELF_SEGMENT_LOAD || segment.memsz == 0) {
            continue;
        }
        segment.vaddr += bias;
        if (!segment_ok(&segment, inode->size)) {
            return -ENOEXEC;
        }
        int error = segment_load(space, inode, &segment);
        if (error) {
            return error;
        }
        find_headers(&header, &segment, image);
        loaded++;
    }
    return loaded ? 0 : -ENOEXEC;
}
