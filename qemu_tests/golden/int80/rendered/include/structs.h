/* include/structs.h: structures that C and NASM share.
 *
 * NASM has the offsets as numbers, computed as if there were no padding. There is none if the size
 * is the sum of the members' sizes, which is asserted.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "include/constants.h"

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
    uint32_t esp1;                    /* rings 1 and 2 are not used */
    uint32_t unused[21];              /* for rings 1 and 2, and a task's registers */
    uint16_t trap;                    /* bit 0: debug exception on a switch to this task */
    uint16_t iomap_base;              /* I/O permission bitmap; beyond the limit: none */
};

_Static_assert(sizeof(struct tss) == 104, "there is padding");

/* A process. It lies at the very top of its kernel stack, so that esp0 points to it. */
struct process {
    uint32_t work;                    /* WORK_ bits: to be done on the way to ring 3 */
    uint32_t context_esp;             /* kernel stack pointer while it is not running */
    uint32_t *page_directory;         /* its address space */
    struct process *parent;           /* goes on when it ends */
    int32_t pid;
    int32_t exit_status;              /* what it passed to exit() */
    int32_t killed_by;                /* vector of the exception that ended it, or -1 */
    const char *name;                 /* of its program */
};

_Static_assert(sizeof(struct process) == 32, "there is padding");
