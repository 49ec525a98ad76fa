/* sys/trace.h: the host hears of what happens to the running process. */
#pragma once

struct process;
struct signal_info;

/* It has taken this signal. */
void trace_signal(const struct signal_info *info);

/* It has ended. */
void trace_end(const struct process *process);
