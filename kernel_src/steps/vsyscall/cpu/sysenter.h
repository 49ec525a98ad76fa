/* cpu/sysenter.h: the three MSRs behind SYSENTER and SYSEXIT. */
#pragma once

/* May SYSENTER be used on this CPU? See cpu/cpuid.c. */
int sysenter_usable(void);

void sysenter_init(void);
