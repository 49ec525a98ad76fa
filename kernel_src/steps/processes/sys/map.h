/* sys/map.h: a new mapping in the caller's memory. */
#pragma once

#include <stdint.h>

struct area;

/* Promise an area, all but the place of which is filled in: there, or where there is room, as
 * `flags` of mmap() say. Returns its address, or -errno. */
long map_area(uint32_t wanted, uint32_t size, int flags, struct area *area);
