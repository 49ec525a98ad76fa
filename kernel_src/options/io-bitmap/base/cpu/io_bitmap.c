/* cpu/io_bitmap.c: which I/O ports the running program may use (SDM 1 19.5.2).
 *
 * IN and OUT in ring 3 look into a bitmap behind the TSS: a bit for each of 65536 ports, 0 allows.
 * The CPU always reads two bytes of it, for accesses of several bytes: one more byte, of ones, must
 * follow the last and lie inside the segment's limit. A TSS whose iomap_base lies beyond its limit
 * has no bitmap: every port is denied.
 *
 * There is one bitmap for each CPU, so it must change with the process. Most have none, and cost
 * nothing here.
 */

#include "cpu/io_bitmap.h"

#include "cpu/cpu.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "proc/process.h"
#include "sys/calls.h"

#define PORTS 65536u
#define PORTS_IN_PAGE (PAGE_SIZE * 8)
#define HALVES (IO_BITMAP_BYTES / PAGE_SIZE) /* of its bitmap: a page each */
#define IOMAP_BASE (offsetof(struct cpu, io_bitmap) - offsetof(struct cpu, tss))

void io_bitmap_init(struct cpu *cpu)
{
    memset(cpu->io_bitmap, 0xff, sizeof cpu->io_bitmap);
}

void io_bitmap_switch(struct cpu *cpu, const struct process *process)
{
    if (!process->io_bitmap[0]) {
        cpu->tss.iomap_base = NO_IO_BITMAP;
        return;
    }
    cpu->tss.iomap_base = IOMAP_BASE;
    for (uint32_t half = 0; half < HALVES; half++) {
        memcpy(cpu->io_bitmap + half * PAGE_SIZE, process->io_bitmap[half], PAGE_SIZE);
    }
    /* Only the kernel says how the run ended: four ports from OUTCOME_PORT on. */
    cpu->io_bitmap[OUTCOME_PORT / 8] |= 0xf << OUTCOME_PORT % 8;
}

void io_bitmap_free(struct process *process)
{
    for (uint32_t half = 0; half < HALVES; half++) {
        if (process->io_bitmap[half]) {
            frame_free(virt_to_phys(process->io_bitmap[half]));
        }
    }
}

/* A bitmap that denies every port. The first half comes last: with it the bitmap is there. */
static int io_bitmap_create(struct process *process)
{
    for (uint32_t half = HALVES; half-- > 0;) {
        uint32_t frame = process->io_bitmap[half] ? 0 : frame_alloc();
        if (frame != 0) {
            process->io_bitmap[half] = memset(phys_to_virt(frame), 0xff, PAGE_SIZE);
        } else if (!process->io_bitmap[half]) {
            return -ENOMEM;
        }
    }
    return 0;
}

/* As Linux (arch/x86/kernel/ioport.c): an empty range and one that reaches beyond the last port are
 * errors. */
long sys_ioperm(uint32_t first_port, uint32_t count, int allow)
{
    struct process *process = current_process();

    if (count == 0 || first_port >= PORTS || count > PORTS - first_port) {
        return -EINVAL;
    }
    if (io_bitmap_create(process) != 0) {
        return -ENOMEM;
    }
    /* A byte at a time: of the first and the last only the bits inside the range. */
    for (uint32_t port = first_port, end = port + count; port < end; port = (port | 7) + 1) {
        uint8_t *byte = &process->io_bitmap[port / PORTS_IN_PAGE][port % PORTS_IN_PAGE / 8];
        uint8_t bits = (uint8_t)(0xff << port % 8 & (end > (port | 7) ? 0xff : (1 << end % 8) - 1));
        *byte = allow ? *byte & (uint8_t)~bits : *byte | bits;
    }
    io_bitmap_switch(process->cpu, process);
    return 0;
}
