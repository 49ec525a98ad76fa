/* checks/descriptors.h: what the CPU's tables must hold in every kernel, for checks/tables.c. */
#pragma once

#include <stdint.h>

#define GATE_INTERRUPT 0x8e00      /* present, DPL 0, 32 bit */
#define GATE_INTERRUPT_USER 0xee00 /* present, DPL 3, 32 bit */
#define EXCEPTIONS 32
#define ERROR_CODES 0x60227d00u /* SDM 3A table 6-1: vectors 8, 10 to 14, 17, 21; AMD's 29, 30 */
#define OPCODE_PUSH_BYTE 0x6a

struct __attribute__((packed)) table_register {
    uint16_t limit;
    uint32_t base;
};

struct gate {
    uint16_t offset_low, selector, type, offset_high;
};

/* As written in the manual, not as the builder computes them: SDM 3A 3.4.5. */
static const struct {
    const char *text;
    uint32_t index, low, high;
} descriptors[] = {
    {"gdt: null descriptor", 0, 0, 0},
    {"gdt: kernel code is flat, DPL 0", 12, 0x0000ffff, 0x00cf9b00},
    {"gdt: kernel data is flat, DPL 0", 13, 0x0000ffff, 0x00cf9300},
    {"gdt: user code is flat, DPL 3", 14, 0x0000ffff, 0x00cffb00},
    {"gdt: user data is flat, DPL 3", 15, 0x0000ffff, 0x00cff300},
};

#define DESCRIPTORS (sizeof descriptors / sizeof descriptors[0])

/* One more, while the checks run, like user data but for its base: a kernel that uses a program's
 * DS or ES reads elsewhere then. A null selector would fault, but few emulators look at that. */
#define DESCRIPTOR_BASED 0x00cff3001000ffffu

/* AVL is free for whatever a kernel likes; the CPU sets the accessed bit where it is not set. */
#define DESCRIPTOR_HIGH_FREE 0x00100100u

static inline int descriptor_is_right(uint64_t descriptor, uint32_t i)
{
    uint32_t high = (uint32_t)(descriptor >> 32);

    return (uint32_t)descriptor == descriptors[i].low &&
           ((high ^ descriptors[i].high) & ~DESCRIPTOR_HIGH_FREE) == 0;
}

static inline uint32_t descriptor_base(uint64_t descriptor)
{
    return (uint32_t)(descriptor >> 16 & 0xffffff) | (uint32_t)(descriptor >> 56) << 24;
}

static inline uint32_t descriptor_limit(uint64_t descriptor)
{
    return (uint32_t)(descriptor & 0xffff) | (uint32_t)(descriptor >> 32 & 0xf0000);
}

/* Does the entry point push a 0 where the CPU pushes no error code, and then its vector? */
static inline int entry_is_right(const struct gate *gate, uint32_t vector)
{
    const uint8_t *code = (const uint8_t *)(gate->offset_low | (uint32_t)gate->offset_high << 16);

    if (ERROR_CODES >> vector & 1) {
        return code[0] == OPCODE_PUSH_BYTE && code[1] == vector;
    }
    return code[0] == OPCODE_PUSH_BYTE && code[1] == 0 && code[2] == OPCODE_PUSH_BYTE &&
           code[3] == vector;
}
