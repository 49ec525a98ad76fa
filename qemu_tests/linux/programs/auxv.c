/* auxv.c: what the kernel puts on the stack of a new program; only what is the same everywhere. */
#include <elf.h>
#include <string.h>
#include "say.h"

extern char **environ;
extern char _start[];

#define LARGEST 64

static unsigned int values[LARGEST];
static int seen[LARGEST];

static void read_vector(void)
{
    char **end = environ;
    while (*end)
        end++;
    for (const unsigned int *entry = (unsigned int *)(end + 1); entry[0] != AT_NULL; entry += 2) {
        if (entry[0] < LARGEST) {
            values[entry[0]] = entry[1];
            seen[entry[0]]++;
        }
    }
}

static int any_bit(const unsigned char *bytes, int count)
{
    int bits = 0;
    while (count--)
        bits |= bytes[count];
    return bits != 0;
}

static void check_page(void)
{
    const Elf32_Ehdr *page = (const Elf32_Ehdr *)values[33];
    CHECK(seen[32] == 1 && seen[33] == 1); /* AT_SYSINFO, AT_SYSINFO_EHDR */
    CHECK(memcmp(page->e_ident, ELFMAG, SELFMAG) == 0);
    CHECK(page->e_type == ET_DYN && page->e_machine == EM_386);
    CHECK(values[32] == values[33] + page->e_entry);
}

int main(int argc, char **argv)
{
    (void)argc;
    read_vector();
    say("page size %u, clock ticks %u\n", values[AT_PAGESZ], values[AT_CLKTCK]);
    say("base %u, flags %u, secure %u\n", values[AT_BASE], values[AT_FLAGS], values[23]);
    say("uid %u %u gid %u %u\n", values[AT_UID], values[AT_EUID], values[AT_GID], values[AT_EGID]);
    say("platform %s\n", (char *)values[AT_PLATFORM]);
    CHECK(strcmp((char *)values[31], argv[0]) == 0); /* AT_EXECFN */
    CHECK(values[AT_ENTRY] == (unsigned int)_start);
    CHECK(values[AT_PHENT] == sizeof(Elf32_Phdr) && values[AT_PHNUM] > 2);
    CHECK(((Elf32_Phdr *)values[AT_PHDR])->p_type != PT_NULL);
    CHECK(values[AT_HWCAP] & 1);
    CHECK(any_bit((unsigned char *)values[25], 16)); /* AT_RANDOM */
    CHECK((unsigned int)(argv - 1) % 16 == 0);
    check_page();
    return 0;
}
