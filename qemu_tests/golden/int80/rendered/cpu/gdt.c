/* cpu/gdt.c: the Global Descriptor Table. boot/start.asm loads it.
 *
 * A flat descriptor, from its high end (SDM 3A 3.4.5):
 *
 *   00      base 31:24
 *   c       flags: the limit counts pages, and the segment is 32 bit
 *   f       limit 19:16
 *   9b      access; kernel code: present, DPL 0, code, readable, accessed
 *   000000  base 23:0
 *   ffff    limit 15:0
 *
 * Kernel data has 93, and with DPL 3 the two are fb and f3. A TSS has 89: present, available; LTR
 * makes it 8b, busy. Its base is filled in by tss_init().
 *
 * The order is Linux's. The next step shows why no other would do.
 */

#include "cpu/cpu.h"

uint64_t gdt[GDT_ENTRIES] __attribute__((aligned(8))) = {
    [SEL_KERNEL_CODE / 8] = 0x00cf9b000000ffff,
    [SEL_KERNEL_DATA / 8] = 0x00cf93000000ffff,
    [SEL_USER_CODE / 8] = 0x00cffb000000ffff,
    [SEL_USER_DATA / 8] = 0x00cff3000000ffff,
    [SEL_TSS / 8] = 0x0000890000000067,
};
