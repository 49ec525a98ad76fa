/* user/include/start_more.h: what user/start.c looks at beyond the small vector. */
#pragma once

#include "lib/ktap.h"
#include "lib/lib.h"
#include "user/include/start.h"

#define START_MORE 12
#define RANDOM_WORDS 4
#define PROGRAM_HEADER_BYTES 32
#define SEGMENT_LOAD 1

static void check_headers(void)
{
    /* e_phoff is word 7, e_phnum half-word 22. */
    const uint32_t *header = (const uint32_t *)USER_PROGRAM_ADDR;
    const uint32_t *segment = (const uint32_t *)auxv_value(AT_PHDR);

    ktap_equal("AT_PHDR", (uint32_t)segment, USER_PROGRAM_ADDR + header[7]);
    ktap_equal("the program headers begin with a segment to load", segment[0], SEGMENT_LOAD);
    ktap_equal("its address", segment[2], USER_PROGRAM_ADDR);
    ktap_equal("AT_PHNUM", auxv_value(AT_PHNUM), ((const uint16_t *)header)[22]);
    ktap_equal("AT_PHENT", auxv_value(AT_PHENT), PROGRAM_HEADER_BYTES);
}

/* What the CPU says of itself: CPUID leaf 1, EAX and EDX. */
static void start_more(uint32_t signature, uint32_t features)
{
    const char *platform = (const char *)auxv_value(AT_PLATFORM);
    const uint32_t *random = (const uint32_t *)auxv_value(AT_RANDOM);
    uint32_t family = signature >> 8 & 15;
    int different = 1;

    check_headers();
    ktap_equal("AT_HWCAP", auxv_value(AT_HWCAP), features);
    ktap_equal("AT_CLKTCK", auxv_value(AT_CLKTCK), TIMER_HZ);
    ktap_equal("AT_BASE, AT_FLAGS, AT_SECURE",
               auxv_value(AT_BASE) | auxv_value(AT_FLAGS) | auxv_value(AT_SECURE), 0);
    ktap_equal("AT_UID, AT_EUID, AT_GID, AT_EGID",
               auxv_value(AT_UID) | auxv_value(AT_EUID) | auxv_value(AT_GID) | auxv_value(AT_EGID),
               0);
    ktap_true("AT_EXECFN is the program's name",
              strcmp((const char *)auxv_value(AT_EXECFN), "start") == 0);
    ktap_true("AT_PLATFORM", strcmp(platform, family < 5    ? "i486"
                                              : family == 5 ? "i586"
                                                            : "i686") == 0);
    for (int i = 1; i < RANDOM_WORDS; i++) {
        for (int j = 0; j < i; j++) {
            different &= random[i] != random[j];
        }
    }
    ktap_true("AT_RANDOM: four words, each another one", different);
}
