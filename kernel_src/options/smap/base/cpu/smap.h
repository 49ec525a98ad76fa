/* cpu/smap.h: CR4.SMAP. */
#pragma once

void smap_init(void);
