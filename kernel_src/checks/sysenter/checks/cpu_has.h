/* checks/cpu_has.h: what the checks must know of this CPU. */
#pragma once

int cpu_has_sysenter(void);
int cpu_has_msr(void);
