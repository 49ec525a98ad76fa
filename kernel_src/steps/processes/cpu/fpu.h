/* cpu/fpu.h: the x87 and SSE registers of processes. */
#pragma once

#include "cpu/cpu.h"

struct process;

static inline int fpu_has_fxsave(void)
{
    return (cpu_features.leaf1_edx & CPUID_FXSR) != 0;
}

/* Let programs use what this CPU has of them. */
void fpu_init(void);

/* The registers as a new program finds them. */
void fpu_reset(struct process *process);

/* Room for those of a process; and those of `parent`, the running process. Returns 0 or -ENOMEM. */
int fpu_fork(struct process *child, struct process *parent);
void fpu_free(struct process *process);

/* From and to the CPU. FNSAVE, where there is no FXSAVE, also resets the registers. */
void fpu_save(struct process *process);
void fpu_load(const struct process *process);

/* Save those of one process, load those of another. */
void fpu_switch(struct process *previous, struct process *next);
