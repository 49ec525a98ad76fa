/* user/lib/vdso.c: looking names up in the vDSO, as a C library does it.
 *
 * All that is known is AT_SYSINFO_EHDR. The program headers say where the dynamic section is, that
 * says where the tables are, and the hash table says where to begin (System V ABI, "Dynamic
 * Linking"). Every address there is meant for a vDSO that begins at the address of its segment.
 */

#include "user/include/vdso.h"

#include "lib/lib.h"
#include "user/include/start.h"
#include "user/include/user.h"

#define PT_LOAD 1
#define PT_DYNAMIC 2
#define DT_HASH 4
#define DT_STRTAB 5
#define DT_SYMTAB 6
#define DT_VERSYM 0x6ffffff0u
#define DT_VERDEF 0x6ffffffcu
#define VERSION_INDEX 0x7fff /* the highest bit: hidden */

struct elf_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version, entry, phoff, shoff, flags;
    uint16_t ehsize, phentsize, phnum;
};

struct program_header {
    uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

struct symbol {
    uint32_t name, value, size;
    uint8_t info, other;
    uint16_t section;
};

struct version_definition {
    uint16_t version, flags, index, names;
    uint32_t hash, first_name, next;
};

static uint32_t base; /* what to add to the addresses in it */
static const uint32_t *hash;
static const struct symbol *symbols;
static const char *strings;
static const uint16_t *version_of;
static const struct version_definition *versions;

static const struct elf_header *header_of(void)
{
    return (const struct elf_header *)auxv_value(AT_SYSINFO_EHDR);
}

static void tables_find(const uint32_t *dynamic)
{
    for (; dynamic[0] != 0; dynamic += 2) {
        const void *table = (const void *)(base + dynamic[1]);
        switch (dynamic[0]) {
        case DT_HASH:
            hash = table;
            break;
        case DT_STRTAB:
            strings = table;
            break;
        case DT_SYMTAB:
            symbols = table;
            break;
        case DT_VERSYM:
            version_of = table;
            break;
        case DT_VERDEF:
            versions = table;
            break;
        default:
            break;
        }
    }
}

/* Returns 0 if there is something missing. */
static int vdso_open(void)
{
    const struct elf_header *header = header_of();
    const struct program_header *segment =
        (const struct program_header *)((uint32_t)header + header->phoff);
    const struct program_header *dynamic = NULL;

    for (int i = 0; i < header->phnum; i++) {
        if (segment[i].type == PT_LOAD) {
            base = (uint32_t)header + segment[i].offset - segment[i].vaddr;
        } else if (segment[i].type == PT_DYNAMIC) {
            dynamic = &segment[i];
        }
    }
    if (dynamic) {
        tables_find((const uint32_t *)(base + dynamic->vaddr));
    }
    return hash && strings && symbols && version_of && versions;
}

static uint32_t hash_of(const char *name)
{
    uint32_t value = 0;

    for (; *name; name++) {
        value = (value << 4) + (uint8_t)*name;
        value = (value ^ (value & 0xf0000000) >> 24) & 0x0fffffff;
    }
    return value;
}

static int has_version(uint32_t index, const char *version)
{
    const struct version_definition *definition = versions;

    while (definition->index != (version_of[index] & VERSION_INDEX)) {
        if (definition->next == 0) {
            return 0;
        }
        definition = (const void *)((uint32_t)definition + definition->next);
    }
    const uint32_t *name = (const void *)((uint32_t)definition + definition->first_name);
    return strcmp(strings + *name, version) == 0;
}

uint32_t vdso_find(const char *name, const char *version)
{
    if (!hash && !vdso_open()) {
        return 0;
    }
    uint32_t buckets = hash[0];
    const uint32_t *next = hash + 2 + buckets;
    for (uint32_t i = hash[2 + hash_of(name) % buckets]; i != 0; i = next[i]) {
        if (symbols[i].section != 0 && strcmp(strings + symbols[i].name, name) == 0 &&
            has_version(i, version)) {
            return base + symbols[i].value;
        }
    }
    return 0;
}

uint32_t vdso_entry(void)
{
    return base + header_of()->entry;
}
