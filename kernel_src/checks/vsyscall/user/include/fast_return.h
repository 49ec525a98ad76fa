/* user/include/fast_return.h: where a call by SYSENTER comes back, for user/bad_frames.c. */
#pragma once

/* The kernel goes to SYSENTER_RETURN in the vsyscall page, where EBP, EDX, ECX and the return
 * address are popped. */
#define ESP_MOVED 16
#define EBP_BACK(ebp) 0xf6f6f6f6
