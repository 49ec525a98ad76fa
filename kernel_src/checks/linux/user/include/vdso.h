/* user/include/vdso.h: looking names up in the vDSO, as a C library does it. */
#pragma once

#include <stdint.h>

/* Address of a function of the vDSO in that version, or 0. */
uint32_t vdso_find(const char *name, const char *version);

/* Its entry point, as its ELF header has it. */
uint32_t vdso_entry(void);
