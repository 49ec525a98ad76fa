/* entry/vsyscall_page.h: where the vsyscall page lies: somewhere else in each process. */
#pragma once

#include <stdint.h>

void vsyscall_place(uint32_t frame);
