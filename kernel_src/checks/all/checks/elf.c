/* checks/elf.c: a good program's file, damaged in one place after the other, is refused.
 *
 * And every time all page frames that were taken for it come back.
 */

#include "proc/elf.h"

#include "checks/elf_try.h"
#include "kernel/checks.h"
#include "kernel/suite.h"
#include "lib/ktap.h"
#include "lib/linux_errno.h"
#include "lib/lib.h"
#include "mm/mm.h"

#define FILE_MAX 8192
#define HEADER(member) offsetof(struct elf_header, member)
#define SEGMENT(member) (sizeof(struct elf_header) + offsetof(struct elf_program_header, member))
#define SHORT_SIZES 120

struct damage {
    const char *text;
    uint32_t offset, size, value;
};

/* The file's own header is followed by the program headers: user/program.ld sees to that. */
static const struct damage damages[] = {
    {"magic", HEADER(magic), 4, 0x464c457e},
    {"relocatable", HEADER(type), 2, 1},
    {"core dump", HEADER(type), 2, 4},
    {"for an x86-64", HEADER(machine), 2, 62},
    {"65535 program headers", HEADER(phnum), 2, 65535},
    {"program headers of 31 bytes", HEADER(phentsize), 2, 31},
    {"program headers of 0 bytes", HEADER(phentsize), 2, 0},
    {"program headers of 64 bytes", HEADER(phentsize), 2, 64},
    {"program headers beyond the file", HEADER(phoff), 4, FILE_MAX * 2},
    {"program headers at the end of 4 GiB", HEADER(phoff), 4, 0xfffffffc},
    {"program headers that wrap around", HEADER(phoff), 4, 0xffffffe0},
    {"segment begins at the end of 4 GiB", SEGMENT(offset), 4, 0xffffffff},
    {"segment longer than the file", SEGMENT(filesz), 4, FILE_MAX * 2},
    {"segment of 4 GiB in the file", SEGMENT(filesz), 4, 0xffffffff},
    {"segment longer in the file than in memory", SEGMENT(memsz), 4, 1},
    {"segment that wraps around in memory", SEGMENT(memsz), 4, 0xffffffff},
    {"segment that wraps around to itself", SEGMENT(memsz), 4, 0xf7fb8fff},
    {"segment that reaches the kernel", SEGMENT(memsz), 4, KERNEL_BASE - USER_PROGRAM_ADDR + 1},
    {"segment that reaches the stack", SEGMENT(memsz), 4, 0xb7fa8000},
    {"segment at NULL", SEGMENT(vaddr), 4, 0},
    {"segment below the lowest address", SEGMENT(vaddr), 4, USER_LOWEST_ADDR - PAGE_SIZE},
    {"segment in the stack", SEGMENT(vaddr), 4, USER_TOP - PAGE_SIZE},
    {"segment in the kernel", SEGMENT(vaddr), 4, KERNEL_BASE + KERNEL_LOAD_ADDR},
    {"segment across the end of 4 GiB", SEGMENT(vaddr), 4, 0xfffffff0},
    {"segment in the vsyscall page", SEGMENT(vaddr), 4, VSYSCALL_ADDR},
    ELF_DAMAGE_OF_STEP{"shared object of another machine", HEADER(type), 4, 0x003e0003},
};

#define DAMAGES (sizeof damages / sizeof damages[0])

/* Linux looks at neither class nor byte order of a file that is for its machine, gives a program
 * all addresses below its stack, and lets the pages of a segment lie behind the file: who touches
 * them is killed. */
static const struct damage taken_by_linux[] = {
    {"segment that reaches the vsyscall pages", SEGMENT(memsz), 4,
     VSYSCALL_RANDOM_BASE - USER_PROGRAM_ADDR + 1},
    {"segment among the vsyscall pages", SEGMENT(vaddr), 4, VSYSCALL_RANDOM_BASE},
    {"64 bit", HEADER(file_class), 1, 2},
    {"big-endian", HEADER(byte_order), 1, 2},
    {"segment begins beyond the file", SEGMENT(offset), 4, FILE_MAX * 2},
    {"segment that wraps around in the file", SEGMENT(offset), 4, 0xfffff000},
};

#define TAKEN_BY_LINUX (sizeof taken_by_linux / sizeof taken_by_linux[0])
#define AS_STEP (ELF_AS_LINUX ? 0 : (uint32_t)-LINUX_ENOEXEC)

static uint8_t copy[FILE_MAX];

static void check_damage(const struct program *program, const struct damage *damage,
                         uint32_t expected)
{
    memcpy(copy, program->elf, program->size);
    memcpy(copy + damage->offset, &damage->value, damage->size);
    ktap_equal(damage->text, (uint32_t)elf_try(copy, program->size), expected);
}

/* Cut off at each of the first sizes. Returns how often it was not refused. */
static uint32_t truncated(const struct program *program)
{
    uint32_t accepted = 0;

    memcpy(copy, program->elf, program->size);
    for (uint32_t size = 0; size < SHORT_SIZES; size++) {
        accepted += elf_try(copy, size) != -LINUX_ENOEXEC;
    }
    return accepted;
}

/* The sections' names and table at the end of the file are not needed; what lies before them is. */
static uint32_t truncated_in_segment(const struct program *program)
{
    const struct elf_program_header *segment = (const void *)(copy + sizeof(struct elf_header));

    memcpy(copy, program->elf, program->size);
    return (uint32_t)elf_try(copy, segment->offset + segment->filesz - 1);
}

int check_elf(void)
{
    const struct program *program = program_find("one-call");

    ktap_plan(DAMAGES + TAKEN_BY_LINUX + 4 + ELF_MORE);
    ktap_true("the program is there, and fits", program && program->size <= FILE_MAX);
    if (!program || program->size > FILE_MAX) {
        return 1;
    }
    memcpy(copy, program->elf, program->size);
    ktap_equal("the good file is loaded", (uint32_t)elf_try(copy, program->size), 0);
    for (uint32_t i = 0; i < DAMAGES; i++) {
        check_damage(program, &damages[i], (uint32_t)-LINUX_ENOEXEC);
    }
    for (uint32_t i = 0; i < TAKEN_BY_LINUX; i++) {
        check_damage(program, &taken_by_linux[i], AS_STEP);
    }
    const struct elf_header *header = program->elf;
    uint32_t headers = sizeof *header + header->phnum * sizeof(struct elf_program_header);
    ktap_equal("short files that were not refused", truncated(program),
               ELF_AS_LINUX ? SHORT_SIZES - headers : 0);
    ktap_equal("cut off inside a segment", truncated_in_segment(program), AS_STEP);
    memcpy(copy, program->elf, program->size);
    elf_more(copy, program->size, SEGMENT(memsz));
    return ktap_status();
}
