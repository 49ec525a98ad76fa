/* cpu/sysenter.h: the three MSRs behind SYSENTER and SYSEXIT. */
#pragma once

#include "include/structs.h"

/* May SYSENTER be used on this CPU? See cpu/cpuid.c. */
int sysenter_usable(void);

void sysenter_init(void);

/* From now on SYSENTER begins on the kernel stack of `process`. */
void sysenter_set_stack(struct process *process);
