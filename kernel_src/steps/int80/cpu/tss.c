/* cpu/tss.c: the task state segment, which a kernel without hardware tasks needs all the same.
 *
 * When ring 3 is interrupted, the CPU cannot push anything on the program's stack: that may be
 * anywhere. It takes the stack of ring 0 from here: ss0 and esp0 (SDM 3A 6.12.1). So esp0 must be
 * rewritten at every switch to another process.
 */

#include "cpu/cpu.h"

#include "lib/lib.h"
#include "proc/process.h"

struct tss tss;

void tss_init(void)
{
    uint64_t base = (uint32_t)&tss;

    /* The base is in three pieces: bits 39:16 and 63:56 of the descriptor (SDM 3A 3.4.5). */
    gdt[SEL_TSS / 8] |= (base & 0xffffff) << 16 | (base >> 24) << 56;
    tss.ss0 = SEL_KERNEL_DATA;
    tss.iomap_base = 0xffff; /* beyond the limit: every I/O port is denied (SDM 1 19.5.2) */
    tss.esp0 = (uint32_t)current_process(); /* of whoever runs, as after every switch */
    __asm__ volatile("ltr %w0" : : "r"(SEL_TSS));
    print("# tss at %08x: ss0 0x%02x, esp0 %08x, iomap_base 0x%04x\n", (uint32_t)&tss, tss.ss0,
          tss.esp0, tss.iomap_base);
}
