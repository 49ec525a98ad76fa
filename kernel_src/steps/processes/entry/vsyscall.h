/* entry/vsyscall.h: the page in which programs find their way into the kernel. */
#pragma once

#include <stdint.h>

struct process;
struct space;

/* Make the page: the stub that suits this CPU. */
void vsyscall_init(void);

/* Called by it, in entry/vsyscall_page.c: `frame` is the page. */
void vsyscall_place(uint32_t frame);

/* Let an address space have it. Returns 0 or -ENOMEM. */
int vsyscall_map(struct space *space);

/* The process comes back from SYSENTER in the page of its address space. */
void vsyscall_use(struct process *process);
