/* user/include/fast_return.h: where a call by SYSENTER comes back, for user/bad_frames.c. */
#pragma once

/* The kernel goes straight to the address at [EBP + 12], with ESP = EBP. */
#define ESP_MOVED 0
#define EBP_BACK(ebp) (ebp) /* nobody but the stub knows of the 6th argument below it */
