/* cpu/io_bitmap.h: which I/O ports the running program may use. */
#pragma once

struct cpu;
struct process;

void io_bitmap_init(struct cpu *cpu);

/* Make the bitmap in the TSS that of `process`. */
void io_bitmap_switch(struct cpu *cpu, const struct process *process);

void io_bitmap_free(struct process *process);
