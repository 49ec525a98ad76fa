/* include/constants.h: numbers that C and NASM share; include/constants.inc has the same for NASM.
 *
 * Rendered by tinygate from its tables; only what this kernel uses.
 */
#pragma once

/* Segment selectors: SDM 3A 3.4.2; see cpu/gdt.c. */
#define SEL_KERNEL_CODE              0x60u       /* ring 0 code: what MSR_IA32_SYSENTER_CS holds */
#define SEL_KERNEL_DATA              0x68u       /* ring 0 stack: SYSENTER loads SS with CS + 8 */
#define SEL_USER_CODE                0x73u       /* ring 3 code: SYSEXIT loads CS with CS + 16 */
#define SEL_USER_DATA                0x7bu       /* ring 3 data: SYSEXIT loads SS with CS + 24 */
#define SEL_TSS                      0x80u       /* this CPU's TSS: where esp0 is found */
#define SEL_DOUBLE_FAULT_TSS         0xf8u       /* the task that reports a double fault */

/* Interrupt vectors: SDM 3A 6.2. */
#define VECTOR_DB                    1           /* debug exception */
#define VECTOR_BP                    3           /* breakpoint */
#define VECTOR_OF                    4           /* overflow */
#define VECTOR_DF                    8           /* double fault */
#define VECTOR_PF                    14          /* page fault */
#define FIRST_IRQ_VECTOR             0x20u       /* the PIC's lines begin here */
#define IRQ_TIMER                    0           /* line of the timer */
#define IRQ_SERIAL                   4           /* line of the first serial port */
#define IRQ_SPURIOUS                 7           /* line of a request that went away */
#define SYSCALL_VECTOR               0x80u       /* int 0x80 */

/* EFLAGS: SDM 1 3.4.3. */
#define EFLAGS_ALWAYS_1              0x00000002u /* reserved, reads as 1 */
#define EFLAGS_TF                    0x00000100u /* trap: #DB after every instruction */
#define EFLAGS_IF                    0x00000200u /* interrupts are let in */
#define EFLAGS_ID                    0x00200000u /* can be changed if there is CPUID */

/* CR0: SDM 3A 2.5. */
#define CR0_EM                       0x00000004u /* no x87: its instructions raise #NM */
#define CR0_WP                       0x00010000u /* read-only pages are so for the kernel too */
#define CR0_AM                       0x00040000u /* EFLAGS.AC is obeyed */
#define CR0_NW                       0x20000000u /* set by INIT: no write-back */
#define CR0_CD                       0x40000000u /* set by INIT: no cache */

/* Page table entries: SDM 3A 4.3. */
#define PAGE_PRESENT                 0x00000001u
#define PAGE_WRITE                   0x00000002u /* else read-only, with CR0.WP for ring 0 too */
#define PAGE_USER                    0x00000004u /* else for ring 0 only */
#define PAGE_SHARED                  0x00000200u /* ours to use: others have the frame too */

/* Error code of a page fault: SDM 3A 4.7. */
#define PAGE_FAULT_PROTECTION        0x00000001u /* page there, but not for this use; else absent */
#define PAGE_FAULT_WRITE             0x00000002u /* it was written; else read or executed */

/* Model-specific registers: SDM 4 2.1. */
#define MSR_IA32_SYSENTER_CS         0x174u      /* CS; SS and SYSEXIT's CS and SS follow from it */
#define MSR_IA32_SYSENTER_ESP        0x175u      /* ESP at the first instruction */
#define MSR_IA32_SYSENTER_EIP        0x176u      /* address of the first instruction */

/* CPUID leaf 1, EDX: SDM 2A CPUID. */
#define CPUID_FPU                    0x00000001u /* x87 on the chip */
#define CPUID_VME                    0x00000002u /* virtual 8086 enhancements */
#define CPUID_PSE                    0x00000008u /* 4 MiB pages */
#define CPUID_TSC                    0x00000010u /* time stamp counter: RDTSC */
#define CPUID_MSR                    0x00000020u /* RDMSR and WRMSR */
#define CPUID_PAE                    0x00000040u /* 36-bit physical addresses */
#define CPUID_CX8                    0x00000100u /* CMPXCHG8B */
#define CPUID_APIC                   0x00000200u /* a local APIC */
#define CPUID_SEP                    0x00000800u /* SYSENTER and SYSEXIT */
#define CPUID_PGE                    0x00002000u /* global pages */
#define CPUID_CMOV                   0x00008000u /* conditional moves */
#define CPUID_MMX                    0x00800000u
#define CPUID_FXSR                   0x01000000u /* FXSAVE and FXRSTOR */
#define CPUID_SSE                    0x02000000u
#define CPUID_SSE2                   0x04000000u
#define SYSENTER_MIN_SIGNATURE       0x633u      /* of Intel's CPUs */

/* Memory map: see kernel/show.c. */
#define PAGE_SIZE                    4096        /* bytes */
#define KERNEL_BASE                  0xc0000000u /* virtual address of physical address 0 */
#define KERNEL_LOAD_ADDR             0x00100000u /* physical */
#define DIRECT_MAP_BYTES             0x30000000u /* physical memory that the kernel can reach */
#define KERNEL_STACKS_BASE           0xf0000000u
#define KERNEL_STACK_SLOTS           512         /* each a guard page and a page of stack */
#define KERNEL_STACK_SIZE            4096        /* bytes; a stack is aligned to its size */
#define USER_LOWEST_ADDR             0x00010000u
#define USER_IMAGE_END               0xb0000000u /* segments of a program end below */
#define USER_TOP                     0xc0000000u /* first address that no program may use */
#define USER_STACK_PAGES             16          /* pages below USER_TOP */
#define VSYSCALL_ADDR                0xffffe000u /* the vsyscall page, in every process */

/* struct cpu: What each CPU has for itself. */
#define CPU_EMERGENCY_STACK_END      8556        /* end of emergency_stack */

/* I/O permission bitmap: SDM 1 19.5.2. */
#define IO_BITMAP_BYTES              8192        /* a bit for each of 65536 ports */

/* Work on the way out: process.work. */
#define WORK_SINGLE_STEP             2           /* EFLAGS.TF must be set again after SYSENTER */

/* Limits: kernel.toml. */
#define CPU_COUNT                    1           /* CPUs at most */
#define SYSCALL_LIMIT                253         /* one more than the highest system call number */
#define GDT_ENTRIES                  32
#define MAX_STRINGS                  32          /* arguments, and as many of the environment */
#define COST_CALLS                   2000        /* in a round of user/cost.c */

/* System calls: Linux arch/x86/entry/syscalls/syscall_32.tbl. */
#define NR_exit                      1
#define NR_read                      3
#define NR_write                     4
#define NR_getpid                    20
#define NR_ioperm                    101
#define NR_sched_yield               158
#define NR_exit_group                252

/* Auxiliary vector: Linux include/uapi/linux/auxvec.h. */
#define AT_SYSINFO                   32          /* address of __kernel_vsyscall */
#define AT_HWCAP                     16          /* feature bits of CPUID leaf 1, EDX */
#define AT_PAGESZ                    6           /* bytes in a page */
#define AT_CLKTCK                    17          /* ticks a second that times() counts */
#define AT_PHDR                      3           /* where the program headers lie in memory */
#define AT_PHENT                     4           /* size of one program header */
#define AT_PHNUM                     5           /* how many there are */
#define AT_BASE                      7           /* of the dynamic linker: there is none */
#define AT_FLAGS                     8           /* no flags are defined */
#define AT_ENTRY                     9           /* the program's entry point */
#define AT_UID                       11          /* user and group identities: all root */
#define AT_EUID                      12
#define AT_GID                       13
#define AT_EGID                      14
#define AT_SECURE                    23          /* the program is not set-user-ID */
#define AT_RANDOM                    25          /* address of 16 random bytes */
#define AT_EXECFN                    31          /* address of the program's file name */
#define AT_PLATFORM                  15          /* address of "i486", "i586" or "i686" */
#define AT_NULL                      0           /* end of the vector */

/* errno: Linux asm-generic/errno-base.h, errno.h. */
#define ENOEXEC                      8           /* not a program that can be run */
#define EBADF                        9           /* no such file descriptor */
#define ENOMEM                       12          /* no memory left */
#define EFAULT                       14          /* bad address */
#define EINVAL                       22          /* bad argument */
#define ENOSYS                       38          /* no such system call */

/* PIC and PIT: Intel 8259A and 8254 data sheets. */
#define PIC1_COMMAND                 0x20u       /* first interrupt controller */
#define PIC1_DATA                    0x21u
#define PIC2_COMMAND                 0xa0u       /* second, on line 2 of the first */
#define PIC2_DATA                    0xa1u
#define PIC_END_OF_INTERRUPT         0x20u
#define PIT_CHANNEL_0                0x40u
#define PIT_COMMAND                  0x43u
#define PIT_INPUT_HZ                 1193182     /* the oscillator that it divides */
#define TIMER_HZ                     100         /* timer interrupts a second */

/* Multiboot: Multiboot specification 0.6.96. */
#define MULTIBOOT_BOOTLOADER_MAGIC   0x2badb002u /* in EAX, from the boot loader */
#define MULTIBOOT_INFO_MEMORY        0x00000001u /* mem_lower and mem_upper are valid */
#define MULTIBOOT_INFO_MODULES       0x00000008u /* mods_count and mods_addr are valid */
#define MULTIBOOT_INFO_MEM_MAP       0x00000040u /* mmap_addr and mmap_length are valid */

/* Outcome device: QEMU hw/misc/debugexit.c. */
#define OUTCOME_PORT                 0xf4u       /* QEMU's isa-debug-exit */
#define OUTCOME_FINISHED             0x10u       /* the suite ran to its end: see its KTAP lines */
#define OUTCOME_PANIC                0x11u       /* the kernel panicked and printed why */
