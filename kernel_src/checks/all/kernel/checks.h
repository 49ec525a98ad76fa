/* kernel/checks.h: the checks inside the kernel. Each prints its results as nested KTAP and returns
 * 0 if all of them are good. Which of them a kernel has depends on what it consists of. */
#pragma once

int check_tables(void);           /* checks/tables.c */
int check_paging(void);           /* checks/paging.c */
int check_elf(void);              /* checks/elf.c */
int check_switch(void);           /* checks/switch.c: only before step processes */
int check_all_frames(void);       /* checks/all_frames.c: likewise */
int check_loaded(void);           /* checks/loaded.c: likewise */
int check_ends(void);             /* checks/ends.c: likewise */
int check_interrupts(void);       /* checks/interrupts.c: only from step robust on */
int check_pointers(void);         /* checks/pointers.c: only with read() */
int check_entry(void);            /* checks/entry.c: only with SYSENTER */
int check_guards(void);           /* checks/guards.c: likewise */
int check_smap(void);             /* checks/smap.c: likewise */
int check_every_breakpoint(void); /* checks/every_breakpoint.c: only with SYSENTER */
int check_bad_sysenter(void);     /* checks/bad_sysenter.c: only with SYSENTER */
int check_at_sysenter(void);      /* checks/at_sysenter.c: only in the small kernel with the page */
int check_start_stack(void);      /* checks/start_stack.c: likewise */
int check_io_switch(void);        /* checks/io_switch.c: only with an I/O permission bitmap */
int check_privileged(void);       /* checks/privileged.c: only with SYSENTER */
int check_lenient(void);          /* checks/lenient.c */
int check_timer_storm(void);      /* checks/timer.c: only with a timer */
int check_all_cpus(void);         /* checks/all_cpus.c: only with several CPUs */
int check_preemption(void);       /* checks/preemption.c: only with preemption */
int check_idle(void);             /* checks/idle.c: likewise */
int check_bombs(void);            /* checks/bombs.c: likewise */
int check_stacks(void);           /* checks/stacks.c: likewise */
int check_frames(void);           /* checks/frames.c */
