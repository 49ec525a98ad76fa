/* cpu/gdt.c: the Global Descriptor Table, for each CPU a copy with its own TSS.
 *
 * SYSENTER and SYSEXIT read no descriptor. They load CS and SS with selectors computed from
 * MSR_IA32_SYSENTER_CS and *assume* flat segments behind them, in this order (SDM 2B, SYSENTER,
 * SYSEXIT):
 *
 *   kernel code = MSR, kernel data = MSR + 8, user code = MSR + 16, user data = MSR + 24
 *
 * A table in another order works until the next time one of these registers is really loaded.
 */

#include "cpu/cpu.h"

#include "lib/lib.h"

/*
 * A flat descriptor, from its high end (SDM 3A 3.4.5):
 *
 *   00      base 31:24
 *   c       flags: the limit counts pages, and the segment is 32 bit
 *   f       limit 19:16
 *   9b      access; kernel code: present, DPL 0, code, readable, accessed
 *   000000  base 23:0
 *   ffff    limit 15:0
 *
 * Kernel data has 93, and with DPL 3 the two are fb and f3. "Accessed" is set beforehand because
 * the CPU would want to set it itself, and this table is read-only. A TSS has 89: present,
 * available; LTR makes it 8b, busy.
 */
const uint64_t gdt_image[GDT_ENTRIES] __attribute__((aligned(8))) = {
    [SEL_KERNEL_CODE / 8] = 0x00cf9b000000ffff,
    [SEL_KERNEL_DATA / 8] = 0x00cf93000000ffff,
    [SEL_USER_CODE / 8] = 0x00cffb000000ffff,
    [SEL_USER_DATA / 8] = 0x00cff3000000ffff,
    [SEL_TSS / 8] = 0x0000890000002068,
    [SEL_DOUBLE_FAULT_TSS / 8] = 0x0000890000000067,
};

/* The base of a descriptor is in three pieces: bits 39:16 and 63:56 (SDM 3A 3.4.5). */
static void set_base(uint64_t *descriptor, const void *base)
{
    uint64_t address = (uint32_t)base;

    *descriptor |= (address & 0xffffff) << 16 | (address >> 24) << 56;
}

void gdt_init(struct cpu *cpu)
{
    struct __attribute__((packed)) {
        uint16_t limit;
        uint32_t base;
    } gdtr = {sizeof cpu->gdt - 1, (uint32_t)cpu->gdt};

    memcpy(cpu->gdt, gdt_image, sizeof cpu->gdt);
    set_base(&cpu->gdt[SEL_TSS / 8], &cpu->tss);
    set_base(&cpu->gdt[SEL_DOUBLE_FAULT_TSS / 8], &cpu->double_fault_tss);
    /* The segment registers keep what they have: boot/start.asm loaded the same descriptors. */
    __asm__ volatile("lgdt %0" : : "m"(gdtr));
    /* No LDT: at reset there is one at address 0, where selectors with the bit TI would be looked
     * up (SDM 3A 9.1.1). */
    __asm__ volatile("lldt %w0" : : "r"(0));
}
