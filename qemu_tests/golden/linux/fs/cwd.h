/* fs/cwd.h: the working directory of a process, and the mode bits that it does not give. */
#pragma once

struct process;

int cwd_first(struct process *process);
int cwd_fork(struct process *child, const struct process *parent);
void cwd_leave(struct process *process);
