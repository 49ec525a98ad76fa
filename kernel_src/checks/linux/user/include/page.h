/* user/include/page.h: what is where in the page of the vDSO. */
#pragma once

#include <stdint.h>

#include "include/constants.h"

#define STUB_IN_PAGE VDSO_STUB
#define STUB_BYTES 13

/* How many bytes at its beginning are not 0: an ELF file ends with its section headers. */
static inline uint32_t page_used(const uint8_t *page)
{
    const uint16_t *header = (const uint16_t *)page;

    return *(const uint32_t *)(header + 16) + (uint32_t)header[23] * header[24];
}
