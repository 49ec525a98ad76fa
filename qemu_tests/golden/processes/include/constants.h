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
#define VECTOR_DE                    0           /* divide error */
#define VECTOR_DB                    1           /* debug exception */
#define VECTOR_BP                    3           /* breakpoint */
#define VECTOR_OF                    4           /* overflow */
#define VECTOR_UD                    6           /* invalid opcode */
#define VECTOR_DF                    8           /* double fault */
#define VECTOR_NP                    11          /* segment not present */
#define VECTOR_SS                    12          /* stack-segment fault */
#define VECTOR_PF                    14          /* page fault */
#define VECTOR_MF                    16          /* x87 floating-point error */
#define VECTOR_AC                    17          /* alignment check */
#define VECTOR_XM                    19          /* SIMD floating-point exception */
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
#define CR0_MP                       0x00000002u /* WAIT obeys CR0.TS */
#define CR0_EM                       0x00000004u /* no x87: its instructions raise #NM */
#define CR0_NE                       0x00000020u /* x87 errors are #MF, not an interrupt */
#define CR0_WP                       0x00010000u /* read-only pages are so for the kernel too */
#define CR0_AM                       0x00040000u /* EFLAGS.AC is obeyed */
#define CR0_NW                       0x20000000u /* set by INIT: no write-back */
#define CR0_CD                       0x40000000u /* set by INIT: no cache */

/* CR4: SDM 3A 2.5. */
#define CR4_OSFXSR                   0x00000200u /* FXSAVE saves SSE registers too */
#define CR4_OSXMMEXCPT               0x00000400u /* SSE errors are #XM, else #UD */

/* Page table entries: SDM 3A 4.3. */
#define PAGE_PRESENT                 0x00000001u
#define PAGE_WRITE                   0x00000002u /* else read-only, with CR0.WP for ring 0 too */
#define PAGE_USER                    0x00000004u /* else for ring 0 only */

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
#define USER_STACK_LOWEST            0xbf800000u /* no stack reaches below */
#define USER_PIE_ADDR                0x56555000u /* programs that may lie anywhere */
#define MMAP_TOP                     0xb0000000u /* mmap() looks for room below */
#define USER_STACK_LIMIT_BYTES       0x00800000u /* how far a stack may grow */
#define VSYSCALL_ADDR                0xffffe000u /* the vsyscall page, in every process */

/* struct cpu: What each CPU has for itself. */
#define CPU_EMERGENCY_STACK_END      8556        /* end of emergency_stack */

/* I/O permission bitmap: SDM 1 19.5.2. */
#define IO_BITMAP_BYTES              8192        /* a bit for each of 65536 ports */

/* Work on the way out: process.work. */
#define WORK_SINGLE_STEP             2           /* EFLAGS.TF must be set again after SYSENTER */
#define WORK_FRAME                   8           /* every register must: it is another program */
#define WORK_SIGNAL                  16          /* a signal has arrived */

/* Limits: kernel.toml. */
#define CPU_COUNT                    1           /* CPUs at most */
#define SYSCALL_LIMIT                253         /* one more than the highest system call number */
#define GDT_ENTRIES                  32
#define OPEN_MAX                     256         /* open files of a process */
#define MAX_STRINGS                  32          /* arguments, and as many of the environment */
#define COST_CALLS                   2000        /* in a round of user/cost.c */

/* System calls: Linux arch/x86/entry/syscalls/syscall_32.tbl. */
#define NR_exit                      1
#define NR_fork                      2
#define NR_read                      3
#define NR_write                     4
#define NR_close                     6
#define NR_waitpid                   7
#define NR_execve                    11
#define NR_getpid                    20
#define NR_kill                      37
#define NR_dup                       41
#define NR_pipe                      42
#define NR_brk                       45
#define NR_dup2                      63
#define NR_getppid                   64
#define NR_munmap                    91
#define NR_ioperm                    101
#define NR_wait4                     114
#define NR_clone                     120
#define NR_mprotect                  125
#define NR_sched_yield               158
#define NR_nanosleep                 162
#define NR_mremap                    163
#define NR_mmap2                     192
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
#define EPERM                        1           /* not allowed */
#define ENOENT                       2           /* no such file */
#define ESRCH                        3           /* no such process */
#define EINTR                        4           /* interrupted by a signal */
#define E2BIG                        7           /* too many arguments */
#define ENOEXEC                      8           /* not a program that can be run */
#define EBADF                        9           /* no such file descriptor */
#define ECHILD                       10          /* no such child */
#define EAGAIN                       11          /* not now */
#define ENOMEM                       12          /* no memory left */
#define EACCES                       13          /* permission denied */
#define EFAULT                       14          /* bad address */
#define ENODEV                       19          /* no such device */
#define EINVAL                       22          /* bad argument */
#define EMFILE                       24          /* too many open files */
#define EPIPE                        32          /* nobody reads from the pipe */
#define ENAMETOOLONG                 36          /* name too long */
#define ENOSYS                       38          /* no such system call */
#define ERESTARTSYS                  512         /* to be made again, if the program wants that */

/* Memory mappings: Linux asm-generic/mman-common.h. */
#define PROT_NONE                    0x0u        /* may not be used at all */
#define PROT_READ                    0x1u        /* may be read */
#define PROT_WRITE                   0x2u        /* may be written */
#define PROT_EXEC                    0x4u        /* may be executed: to i386 that is to read */
#define MAP_PRIVATE                  0x02u       /* writes are the process's own */
#define MAP_TYPE                     0x0fu
#define MAP_FIXED                    0x10u       /* exactly there */
#define MAP_ANONYMOUS                0x20u       /* no file: zeros */
#define MREMAP_MAYMOVE               1           /* elsewhere, if need be */

/* Open files: Linux asm-generic/fcntl.h, limits.h. */
#define O_RDONLY                     0x0u
#define O_WRONLY                     0x1u
#define O_RDWR                       0x2u
#define O_NONBLOCK                   0x800u      /* -EAGAIN instead of waiting */

/* Watched files: Linux asm-generic/poll.h, eventpoll.h, eventfd.h. */
#define POLLIN                       0x01u       /* there is something to read */
#define POLLOUT                      0x04u       /* there is room to write */
#define POLLERR                      0x08u       /* writing would fail */
#define POLLHUP                      0x10u       /* the other side is gone */

/* Processes: Linux include/uapi/linux/sched.h, wait.h. */
#define CLONE_VM                     0x00000100u /* the same address space */
#define CLONE_FILES                  0x00000400u /* the same table of open files */
#define CLONE_VFORK                  0x00004000u /* the parent waits until its memory is free */
#define WNOHANG                      1           /* wait4: do not wait */

/* Signals: Linux arch/x86/include/uapi/asm/signal.h. */
#define SIGILL                       4
#define SIGTRAP                      5
#define SIGBUS                       7
#define SIGFPE                       8
#define SIGKILL                      9
#define SIGSEGV                      11
#define SIGPIPE                      13
#define SIGCHLD                      17
#define SIGCONT                      18
#define SIGURG                       23
#define SIGWINCH                     28
#define SIGNAL_LIMIT                 65          /* one more than the highest */

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
