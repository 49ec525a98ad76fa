/* cpu/mp_table.c: which CPUs the machine has (Intel MultiProcessor Specification 1.4, chapter 4). */

#include "cpu/mp_table.h"

#include <stddef.h>

#include "mm/paging.h"

#define FLOATING_POINTER_MAGIC 0x5f504d5f /* "_MP_" */
#define TABLE_MAGIC 0x504d4350            /* "PCMP" */
#define ENTRY_PROCESSOR 0
#define PROCESSOR_ENTRY_BYTES 20
#define OTHER_ENTRY_BYTES 8
#define PROCESSOR_ENABLED 0x01

#define EBDA_SEGMENT_ADDR 0x40e /* the BIOS keeps the segment of its extended data area here */
#define BASE_MEMORY_END 0xa0000
#define BIOS_ROM_ADDR 0xf0000
#define BIOS_ROM_END 0x100000
#define SEARCH_BYTES 1024

struct floating_pointer {
    uint32_t magic;
    uint32_t table_addr;
    uint8_t length, revision, checksum, features[5];
};

struct table {
    uint32_t magic;
    uint16_t base_length;
    uint8_t revision, checksum;
    char oem[8], product[12];
    uint32_t oem_table_addr;
    uint16_t oem_table_size, entry_count;
    uint32_t apic_addr, extended;
};

struct processor_entry {
    uint8_t type, apic_id, apic_version, flags;
};

/* Every valid structure here is 16 bytes long, on a multiple of 16, and its bytes add up to 0. */
static const struct floating_pointer *search(uint32_t start, uint32_t end)
{
    for (uint32_t address = start; address < end; address += sizeof(struct floating_pointer)) {
        const struct floating_pointer *found = phys_to_virt(address);
        const uint8_t *bytes = phys_to_virt(address);
        uint8_t sum = 0;
        for (size_t i = 0; i < sizeof *found; i++) {
            sum = (uint8_t)(sum + bytes[i]);
        }
        if (found->magic == FLOATING_POINTER_MAGIC && sum == 0) {
            return found;
        }
    }
    return NULL;
}

static const struct table *table_find(void)
{
    uint32_t ebda = (uint32_t)*(const uint16_t *)phys_to_virt(EBDA_SEGMENT_ADDR) * 16;
    const struct floating_pointer *pointer = NULL;

    if (ebda != 0 && ebda < BASE_MEMORY_END) {
        pointer = search(ebda, ebda + SEARCH_BYTES);
    }
    pointer = pointer ? pointer : search(BASE_MEMORY_END - SEARCH_BYTES, BASE_MEMORY_END);
    pointer = pointer ? pointer : search(BIOS_ROM_ADDR, BIOS_ROM_END);
    if (!pointer || pointer->table_addr == 0 || pointer->table_addr >= BIOS_ROM_END) {
        return NULL;
    }
    const struct table *table = phys_to_virt(pointer->table_addr);
    return table->magic == TABLE_MAGIC ? table : NULL;
}

uint32_t mp_table_cpus(uint32_t own_id, uint32_t *apic_ids, uint32_t limit)
{
    const struct table *table = table_find();
    uint32_t count = 0;

    if (!table) {
        return 0;
    }
    const uint8_t *entry = (const uint8_t *)(table + 1);
    for (uint32_t i = 0; i < table->entry_count; i++) {
        const struct processor_entry *processor = (const struct processor_entry *)entry;
        if (processor->type != ENTRY_PROCESSOR) {
            entry += OTHER_ENTRY_BYTES;
            continue;
        }
        if ((processor->flags & PROCESSOR_ENABLED) && processor->apic_id != own_id && count < limit) {
            apic_ids[count++] = processor->apic_id;
        }
        entry += PROCESSOR_ENTRY_BYTES;
    }
    return count;
}
