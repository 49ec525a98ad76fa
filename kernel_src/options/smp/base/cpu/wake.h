/* cpu/wake.h: telling other CPUs that there is something to do. */
#pragma once

/* Any CPU that waits for an interrupt gets one. */
void cpu_wake_others(void);
