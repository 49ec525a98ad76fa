/* proc/segments.h: segment registers that a program hands over in a signal frame. */
#pragma once

#include <stdint.h>

struct pt_regs;
struct sigcontext;

/* Take the segments from a frame; DS, ES, FS and GS that are none become 0. */
void segments_restore(struct pt_regs *regs, const struct sigcontext *context);

void segment_load_fs(uint32_t selector);
void segment_load_gs(uint32_t selector);
