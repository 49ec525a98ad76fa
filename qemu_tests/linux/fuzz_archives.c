/* fuzz_archives.c: damaged archives, unpacked one after the other: for kernel/init.c, see fuzz.py.
 *
 * SEED, FIRST and COUNT are put in front. Before anything is in the file system: a page may stay at
 * the first, of what is made only once.
 */
#include "fs/inode.h"
#include "lib/lib.h"

static uint32_t fuzz_state;
static uint8_t fuzz_copy[1 << 16];
static uint32_t fuzz_on;

static uint32_t fuzz_number(void)
{
    fuzz_state ^= fuzz_state << 13;
    fuzz_state ^= fuzz_state >> 17;
    fuzz_state ^= fuzz_state << 5;
    return fuzz_state;
}

/* Bytes, digits of a header, a piece that stands twice. */
static void fuzz_damage(uint32_t size)
{
    static const char digits[][9] = {"00000000", "00000001", "0000006E", "00000FFF",
                                     "00001000", "0000A1FF", "000041ED", "7FFFFFFF",
                                     "80000000", "FFFFFFFF", "FFFFFF92", "0000000g"};
    uint32_t at = fuzz_number() % size, kind = fuzz_number() % 4;
    uint32_t part = lower(1 + fuzz_number() % 64, size - at);

    if (kind == 0) {
        fuzz_copy[at] = (uint8_t)fuzz_number();
    } else if (kind == 1) {
        fuzz_copy[at] ^= (uint8_t)(1u << fuzz_number() % 8);
    } else if (kind == 2) {
        memcpy(fuzz_copy + at, fuzz_copy + fuzz_number() % (size - part + 1), part);
    } else {
        at = fuzz_number() % 2 ? at / 4 * 4 + 2 : at; /* where the digits of a header often are */
        memcpy(fuzz_copy + lower(at, size - 8), digits[fuzz_number() % 12], 8);
    }
}

static void fuzz_empty(void)
{
    struct entry *entry;

    do {
        struct inode *directory = root;
        while ((entry = entry_of(directory->entries)) && is_directory(entry->inode) &&
               entry->inode->entries) {
            directory = entry->inode;
        }
        if (entry && is_directory(entry->inode)) {
            inode_get(directory); /* a directory that is freed gives up its parent */
        }
        if (entry) {
            directory_remove(directory, entry);
        }
    } while (entry);
}

static void fuzz(const struct multiboot_info *info)
{
    const struct multiboot_module *module = phys_to_virt(info->mods_addr);
    uint32_t size = lower(module->end - module->start, sizeof fuzz_copy);
    uint32_t refused = 0, before = 0;

    fuzz_on = 1;
    for (uint32_t number = FIRST; number < FIRST + COUNT; number++) {
        fuzz_state = (SEED * 2654435769u ^ number * 2246822519u) | 1;
        memcpy(fuzz_copy, phys_to_virt(module->start), size);
        for (uint32_t count = fuzz_number() % 6; count != 0; count--) {
            fuzz_damage(size);
        }
        uint32_t part = fuzz_number() % 16 ? size : fuzz_number() % size;
        refused += initrd_unpack(fuzz_copy, part) != NULL;
        fuzz_empty();
        before = number == FIRST ? frames_used : before;
    }
    fuzz_on = 0;
    print("# fuzz: %u unpacked, %u refused, %d pages lost\n", COUNT, refused,
          (int)(frames_used - before));
}
