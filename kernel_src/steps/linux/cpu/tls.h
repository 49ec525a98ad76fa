/* cpu/tls.h: thread-local storage: the segments behind a thread's FS and GS. */
#pragma once

#include <stdint.h>

struct cpu;
struct process;

/* Linux arch/x86/include/uapi/asm/ldt.h. */
struct user_desc {
    uint32_t entry_number; /* index in the GDT */
    uint32_t base_addr;
    uint32_t limit;
    uint32_t seg_32bit : 1, contents : 2, read_exec_only : 1, limit_in_pages : 1,
        seg_not_present : 1, useable : 1, : 25;
};

/* Make the TLS entries of this CPU's GDT those of `process`. */
void tls_switch(struct cpu *cpu, const struct process *process);

/* A new program has none. */
void tls_reset(struct process *process);

/* As the parent's. Returns 0. */
int tls_fork(struct process *child, const struct process *parent);

/* Set a TLS entry as the program's user_desc says; an entry_number of -1 becomes that of a free
 * one, and the program is told. Returns 0 or -errno. */
int tls_set(struct process *process, struct user_desc *user, int may_choose);
