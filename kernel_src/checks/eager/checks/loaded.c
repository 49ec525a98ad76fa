/* checks/loaded.c: what is in memory when a program has been loaded: its segments, and zeros.
 *
 * Of a file that is made up here, with what linkers seldom make: segments that share a page, that
 * lie at the ends of what a program may have, that end where the file ends. The frames
 * are not new: checks/all_frames.c has used them all.
 */

#include "checks/load.h"
#include "kernel/checks.h"
#include "lib/ktap.h"
#include "lib/lib.h"
#include "mm/mm.h"

#define FILE_SIZE 8192
#define SEGMENTS 7
#define HEADERS_AT (FILE_SIZE - SEGMENTS * sizeof(struct elf_program_header)) /* at the very end */
#define TO_READ 4                                                             /* PF_R */
#define ENTRY_ADDR 0x00012345u
#define NO_SEGMENT 4 /* PT_NOTE */

/* Behind its end lies one header more, which is not the file's. */
static uint8_t file[FILE_SIZE + sizeof(struct elf_program_header)];
static const struct elf_program_header one_more = {ELF_SEGMENT_LOAD, 0,   0x50000000, 1, 1, 1,
                                                   TO_READ,          4096};

/* What does not matter is filled with what would do harm. */
static const struct elf_program_header segments[SEGMENTS] = {
    {ELF_SEGMENT_LOAD, 100, USER_LOWEST_ADDR, 1, 5000, 5000, TO_READ, 4096},
    {ELF_SEGMENT_LOAD, 5100, USER_LOWEST_ADDR + 5096, 1, 1000, 9000, TO_READ | ELF_SEGMENT_WRITABLE,
     4096},
    {NO_SEGMENT, 0xffffffff, 0xc0000000, 1, 0xffffffff, 0xffffffff, TO_READ, 1},
    {ELF_SEGMENT_LOAD, 0xffffffff, 0xc0000000, 1, 0, 0, TO_READ, 4096},
    {ELF_SEGMENT_LOAD, FILE_SIZE, USER_IMAGE_END - 5000, 1, 0, 5000, TO_READ | ELF_SEGMENT_WRITABLE,
     4096},
    {ELF_SEGMENT_LOAD, FILE_SIZE - PAGE_SIZE, 0x40000000, 1, PAGE_SIZE, PAGE_SIZE, TO_READ, 4096},
    {ELF_SEGMENT_LOAD, 0, 0x40001ffe, 1, 1, 2, TO_READ, 4096},
};

static void file_make(void)
{
    const struct elf_header header = {
        .magic = ELF_MAGIC,
        .file_class = ELF_CLASS_32,
        .byte_order = ELF_LITTLE_ENDIAN,
        .type = ELF_TYPE_EXECUTABLE,
        .machine = ELF_MACHINE_386,
        .entry = ENTRY_ADDR,
        .phoff = HEADERS_AT,
        .phentsize = sizeof(struct elf_program_header),
        .phnum = SEGMENTS,
    };

    for (uint32_t i = 0; i < FILE_SIZE; i++) {
        file[i] = (uint8_t)(i * 7 + i / 256) | 1;
    }
    memcpy(file, &header, sizeof header);
    memcpy(file + HEADERS_AT, segments, sizeof segments);
    memcpy(file + FILE_SIZE, &one_more, sizeof one_more);
}

static uint32_t flags_wanted(uint32_t page)
{
    uint32_t flags = 0;

    for (uint32_t i = 0; i < SEGMENTS; i++) {
        if (segments[i].type == ELF_SEGMENT_LOAD && segments[i].memsz > 0 &&
            page + PAGE_SIZE > segments[i].vaddr && page < segments[i].vaddr + segments[i].memsz) {
            flags |= PAGE_PRESENT | PAGE_USER;
            flags |= segments[i].flags & ELF_SEGMENT_WRITABLE ? PAGE_WRITE : 0;
        }
    }
    return flags;
}

/* What is not 0 is wrong, except where a byte of the file belongs: there that byte is right. */
static uint32_t wrong_bytes(uint32_t page, uint32_t entry)
{
    const uint8_t *bytes = phys_to_virt(entry & ENTRY_FRAME);
    uint32_t wrong = 0;

    for (uint32_t i = 0; i < PAGE_SIZE; i++) {
        wrong += bytes[i] != 0;
    }
    for (uint32_t i = 0; i < SEGMENTS; i++) {
        uint32_t size = segments[i].type == ELF_SEGMENT_LOAD ? segments[i].filesz : 0;
        uint32_t from = page > segments[i].vaddr ? page - segments[i].vaddr : 0;
        uint32_t at = segments[i].vaddr + from - page;
        for (; from < size && at < PAGE_SIZE; from++, at++) {
            wrong -= bytes[at] != 0;
            wrong += bytes[at] != file[segments[i].offset + from];
        }
    }
    return wrong;
}

static void check_pages(uint32_t *directory)
{
    uint32_t wrong_flags = 0, wrong = 0, tables = 0;

    for (uint32_t i = 0; i < KERNEL_BASE / TABLE_SPAN; i++) {
        const uint32_t *table = page_entry(directory, i * TABLE_SPAN);
        tables += table != NULL;
        for (uint32_t j = 0; table && j < 1024; j++) {
            uint32_t page = i * TABLE_SPAN + j * PAGE_SIZE;
            wrong_flags += (table[j] & ~ENTRY_FRAME) != flags_wanted(page);
            wrong += table[j] & PAGE_PRESENT ? wrong_bytes(page, table[j]) : 0;
        }
    }
    ktap_equal("page tables", tables, 3);
    ktap_equal("pages with other flags than their segments'", wrong_flags, 0);
    ktap_equal("bytes that are neither the file's nor 0", wrong, 0);
}

/* Nearly right: what is longer than the file by one byte. */
static void check_refused(void)
{
    struct elf_program_header *last = (void *)(file + HEADERS_AT + 5 * sizeof *last);
    uint32_t *directory = address_space_create();

    ktap_equal("headers that end behind the file", load(directory, file, FILE_SIZE - 1), 0);
    last->filesz = ++last->memsz;
    ktap_equal("a segment that ends behind the file", load(directory, file, FILE_SIZE), 0);
    address_space_destroy(directory);
}

int check_loaded(void)
{
    ktap_plan(8);
    file_make();
    uint32_t before = frames_used;
    uint32_t *directory = address_space_create();
    ktap_equal("the entry point", load(directory, file, FILE_SIZE), ENTRY_ADDR);
    check_pages(directory);
    /* A directory, three page tables, and pages: two of the first segment, two more of the second,
     * two, and two. */
    ktap_equal("frames that were taken", frames_used - before, 1 + 3 + 8);
    address_space_destroy(directory);
    check_refused();
    ktap_equal("frames that did not come back", frames_used - before, 0);
    return ktap_status();
}
