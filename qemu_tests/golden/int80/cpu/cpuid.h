/* cpu/cpuid.h: what the CPU says of itself. */
#pragma once

#include <stdint.h>

struct cpu_features {
    uint32_t max_leaf;  /* 0: there is no CPUID, or it has nothing to say */
    uint32_t signature; /* family, model, stepping: CPUID leaf 1, EAX */
    uint32_t leaf1_edx; /* CPUID_ bits */
    char vendor[13];
};

extern struct cpu_features cpu_features;

void cpu_identify(void);
