/* mm/frames.h: page frames, the pages of physical memory. */
#pragma once

#include <stdint.h>

struct multiboot_info;

void frames_init(const struct multiboot_info *info);

/* Physical address of a frame full of zeros, or 0 if there is none left. */
uint32_t frame_alloc(void);
void frame_free(uint32_t frame);

/* How many frames are in use now, and how many there are in all. */
uint32_t frames_used(void);
uint32_t frames_total(void);

/* First physical address past all usable memory. */
uint32_t frames_end(void);
