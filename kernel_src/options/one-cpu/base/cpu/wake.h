/* cpu/wake.h: telling other CPUs that there is something to do: there are none. */
#pragma once

static inline void cpu_wake_others(void)
{
}
