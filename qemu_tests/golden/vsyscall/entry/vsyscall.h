/* entry/vsyscall.h: the page in which programs find their way into the kernel. */
#pragma once

struct process;

/* Make the page: the stub that suits this CPU. */
void vsyscall_init(void);

/* Let a process have it. Returns 0 or -ENOMEM. */
int vsyscall_map(struct process *process);
