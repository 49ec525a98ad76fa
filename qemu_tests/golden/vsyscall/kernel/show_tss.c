/* kernel/show_tss.c: the task state segment of the first CPU: the fields that matter. */

#include "cpu/cpu.h"
#include "kernel/show.h"
#include "lib/print.h"

void show_tss(void)
{
    const struct tss *tss = &cpus[0].tss;

    print("# tss at %08x: ss0 0x%02x, esp0 %08x, iomap_base 0x%04x\n", (uint32_t)tss, tss->ss0,
          tss->esp0, tss->iomap_base);
}
