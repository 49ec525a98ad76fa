/* entry/vsyscall_page.h: where the vsyscall page lies: at VSYSCALL_ADDR, in every process. */
#pragma once

#include <stdint.h>

void vsyscall_place(uint32_t frame);
