/* cpu/smp.h: starting the other CPUs. */
#pragma once

void smp_start(void);
