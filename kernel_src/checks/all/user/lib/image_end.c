/* user/lib/image_end.c: where this program ends, by its program headers (user/program.ld). */

#include "proc/elf.h"
#include "user/include/checks.h"

uint32_t image_end(void)
{
    const struct elf_header *header = (const void *)USER_PROGRAM_ADDR;
    const struct elf_program_header *segment = (const void *)(USER_PROGRAM_ADDR + header->phoff);
    uint32_t end = 0;

    for (uint32_t i = 0; i < header->phnum; i++) {
        uint32_t segment_end = segment[i].vaddr + segment[i].memsz;
        if (segment[i].type == ELF_SEGMENT_LOAD && segment[i].memsz && segment_end > end) {
            end = segment_end;
        }
    }
    return (end + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1u);
}
