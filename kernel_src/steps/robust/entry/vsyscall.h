/* entry/vsyscall.h: the page in which programs find their way into the kernel. */
#pragma once

#include <stdint.h>

struct process;

/* Make the page: the stub that suits this CPU. */
void vsyscall_init(void);

/* Called by it, in entry/vsyscall_page.c: `frame` is the page. */
void vsyscall_place(uint32_t frame);

/* Let a process have it. Returns 0 or -ENOMEM. */
int vsyscall_map(struct process *process);
