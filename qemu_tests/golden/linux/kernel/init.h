/* kernel/init.h: the first process, and the end of the machine. */
#pragma once

#include <stdint.h>

struct multiboot_info;
struct process;

extern struct process *init_process; /* NULL if there is none */

/* Unpack the initial RAM disk and run its /init as process 1; comes back only if there is none. */
void init_run(const struct multiboot_info *info);

/* Process 1 has ended. */
_Noreturn void init_ended(int32_t wait_status);

/* reboot(2). */
_Noreturn void machine_off(int restart);
