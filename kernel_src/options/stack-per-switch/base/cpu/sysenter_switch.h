/* cpu/sysenter_switch.h: another process has another kernel stack; SYSENTER must begin there. */
#pragma once

struct process;

void sysenter_set_stack(const struct process *process);
