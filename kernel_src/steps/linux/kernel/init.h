/* kernel/init.h: the first process, and the end of the machine. */
#pragma once

#include <stdint.h>

struct multiboot_info;
struct process;

extern struct process *init_process; /* number 1, which takes the orphans; NULL if there is none */

/* The one whose end is the machine's: process 1, or what `tinygate exec` was to run. */
extern struct process *main_process;

/* Unpack the initial RAM disk and run its /init as process 1; comes back only if there is none. */
void init_run(const struct multiboot_info *info);

/* ---- kernel/init_end.c ---- */

/* Make process 1, and the main one if that is another. Returns 0 or -errno. */
long init_first(void);

/* Process 1, if it is not to end by what it did not ask for: nobody else could go on. Or NULL. */
struct process *init_protected(void);

/* Process 1 has ended. */
_Noreturn void init_ended(int32_t wait_status);

/* Its program cannot be run. */
_Noreturn void init_failed(const char *path, int error);

/* ---- kernel/init.c ---- */

/* The end that was asked for: by reboot(2), or by that of process 1. */
_Noreturn void machine_off(uint8_t outcome, int restart);
