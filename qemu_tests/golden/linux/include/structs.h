/* include/structs.h: structures that C and NASM share.
 *
 * NASM has the offsets as numbers, computed as if there were no padding. There is none if the size
 * is the sum of the members' sizes, which is asserted.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "include/constants.h"
#include "proc/sleep.h"
#include "proc/pending.h"

/* An interrupted program's registers (Linux arch/x86 ptrace.h). */
struct pt_regs {
    uint32_t ebx;                     /* 1st argument of a system call */
    uint32_t ecx;                     /* 2nd argument */
    uint32_t edx;                     /* 3rd argument */
    uint32_t esi;                     /* 4th argument */
    uint32_t edi;                     /* 5th argument */
    uint32_t ebp;                     /* 6th argument */
    uint32_t eax;                     /* result of a system call */
    uint32_t ds;                      /* only the low 16 bits mean something */
    uint32_t es;                      /* only the low 16 bits mean something */
    uint32_t fs;                      /* only the low 16 bits mean something */
    uint32_t gs;                      /* only the low 16 bits mean something */
    uint32_t orig_eax;                /* number of the call, or an error code */
    uint32_t eip;                     /* from here on as the CPU pushes it */
    uint32_t cs;                      /* bits 1:0: the ring that was interrupted */
    uint32_t eflags;
    uint32_t esp;                     /* only there if the interrupt came from ring 3 */
    uint32_t ss;                      /* only there if the interrupt came from ring 3 */
};

_Static_assert(sizeof(struct pt_regs) == 68, "there is padding");

/* Task state segment, 32 bit (SDM 3A 7.2.1). */
struct tss {
    uint32_t link;                    /* selector of the task that IRET with NT set returns to */
    uint32_t esp0;                    /* ring 0 stack, for when ring 3 is interrupted */
    uint32_t ss0;                     /* its segment */
    uint32_t esp1;                    /* ring 1 and ring 2 are not used */
    uint32_t ss1;
    uint32_t esp2;
    uint32_t ss2;
    uint32_t cr3;                     /* from here to ldt: only used by a hardware task switch */
    uint32_t eip;
    uint32_t eflags;
    uint32_t eax;
    uint32_t ecx;
    uint32_t edx;
    uint32_t ebx;
    uint32_t esp;
    uint32_t ebp;
    uint32_t esi;
    uint32_t edi;
    uint32_t es;
    uint32_t cs;
    uint32_t ss;
    uint32_t ds;
    uint32_t fs;
    uint32_t gs;
    uint32_t ldt;
    uint16_t trap;                    /* bit 0: debug exception on a switch to this task */
    uint16_t iomap_base;              /* I/O permission bitmap; beyond the limit: none */
};

_Static_assert(sizeof(struct tss) == 104, "there is padding");

/* What each CPU has for itself. */
struct cpu {
    struct tss tss;                   /* what the TSS descriptor points to */
    uint8_t io_bitmap[8196];          /* must follow the TSS */
    uint32_t emergency_stack[64];     /* for #DB and NMI at sysenter_entry */
    struct tss double_fault_tss;      /* the task that #DF switches to */
    uint64_t gdt[GDT_ENTRIES];
    struct process *idle;             /* runs when no program does */
    uint32_t index;                   /* 0 is the CPU that booted */
    uint32_t double_fault_stack[512];
};

_Static_assert(sizeof(struct cpu) == 10972, "there is padding");

/* A process. It lies at the very top of its kernel stack, so that esp0 points to it. */
struct process {
    uint32_t work;                    /* WORK_ bits: to be done on the way to ring 3 */
    uint32_t context_esp;             /* kernel stack pointer while it is not running */
    uint32_t *page_directory;         /* its address space */
    struct space *space;              /* what is promised there */
    struct files *files;              /* its open files */
    void *fpu;                        /* its x87 and SSE registers */
    struct cpu *cpu;                  /* the CPU that it runs on, or ran on last */
    struct process *next;             /* in the queue of those that wait for a CPU */
    struct wait_queue *waits_in;      /* or for what, if it sleeps */
    struct process *next_timed;       /* of those that sleep until */
    uint32_t wake_tick;               /* this tick of the clock */
    uint32_t is_timed;                /* it is one of them */
    struct process *next_process;     /* of all */
    struct process *parent;
    struct process *children;         /* the youngest */
    struct process *sibling;          /* the next older child of its parent */
    uint32_t is_orphan;               /* its parent has ended */
    struct wait_queue child_ended;    /* it waits here for its children */
    struct process *vfork_parent;     /* waits until it needs no memory */
    uint32_t vfork_waits;             /* it is that parent */
    int32_t wait_status;              /* how it ended, for wait4() */
    struct group *group;              /* what its threads have in common */
    int32_t tgid;                     /* number of the process that it is a thread of */
    uint32_t clear_tid_addr;          /* what to clear when it ends */
    uint64_t tls[TLS_ENTRIES];        /* its descriptors 6 to 8 */
    struct pending_list pending;      /* signals for it alone */
    uint64_t blocked;                 /* signals that have to wait */
    uint64_t saved_mask;              /* `blocked` before sigsuspend() */
    uint32_t has_saved_mask;
    uint32_t altstack_addr;           /* sigaltstack() */
    uint32_t altstack_size;           /* 0: there is none */
    uint32_t trap_vector;             /* of its last exception */
    uint32_t trap_error;
    uint32_t trap_address;            /* CR2 of its last page fault */
    uint32_t forced;                  /* the signal of an exception that is on its way */
    uint32_t ticks;                   /* of the clock, while it had a CPU */
    uint64_t awaited;                 /* blocked, but sigtimedwait() takes them */
    uint32_t restart_tick;            /* end of a sleep that was interrupted */
    int32_t pid;
    uint32_t state;                   /* enum process_state */
    int32_t exit_status;              /* what it passed to exit() */
    int32_t killed_by;                /* vector of the exception that ended it, or -1 */
    uint8_t *io_bitmap[2];            /* its ports, half of them each, or NULL for none */
    char name[16];
};

_Static_assert(sizeof(struct process) == 236, "there is padding");

/* A program's registers in a signal frame (Linux arch/x86 uapi sigcontext.h). */
struct sigcontext {
    uint32_t gs;                      /* only the low 16 bits mean something */
    uint32_t fs;                      /* only the low 16 bits mean something */
    uint32_t es;                      /* only the low 16 bits mean something */
    uint32_t ds;                      /* only the low 16 bits mean something */
    uint32_t edi;
    uint32_t esi;
    uint32_t ebp;
    uint32_t esp;
    uint32_t ebx;
    uint32_t edx;
    uint32_t ecx;
    uint32_t eax;
    uint32_t trapno;                  /* vector of the last exception */
    uint32_t err;                     /* and its error code */
    uint32_t eip;
    uint32_t cs;
    uint32_t eflags;
    uint32_t esp_at_signal;           /* the same as esp */
    uint32_t ss;
    uint32_t fpstate;                 /* address of the x87 and SSE registers, or 0 */
    uint32_t oldmask;                 /* signals that were blocked, the first 32 */
    uint32_t cr2;                     /* address of the last page fault */
};

_Static_assert(sizeof(struct sigcontext) == 88, "there is padding");
