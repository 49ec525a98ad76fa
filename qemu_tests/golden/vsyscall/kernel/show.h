/* kernel/show.h: what the kernel prints about the machine and itself. */
#pragma once

void show_machine(void);
void show_cpu(void);
void show_gdt(void);
void show_tss(void);
void show_sysenter(void);
void show_memory(void);
void show_vsyscall(void);
