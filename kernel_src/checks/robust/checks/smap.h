/* checks/smap.h: does CR4.SMAP keep the kernel from a program's memory? */
#pragma once

#include <stdint.h>

/* Read a word, in ring 0, without STAC. Returns 0 if that was a page fault. */
int check_can_read(uint32_t address);
