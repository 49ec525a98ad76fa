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
#define EFLAGS_DF                    0x00000400u /* string instructions run downwards */
#define EFLAGS_RF                    0x00010000u /* no breakpoint on the next instruction */
#define EFLAGS_AC                    0x00040000u /* alignment is checked in ring 3 */
#define EFLAGS_ID                    0x00200000u /* can be changed if there is CPUID */
#define EFLAGS_ARITHMETIC            0x000008d5u /* CF PF AF ZF SF OF: what C code may change */

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
#define VDSO_STUB                    0x400u      /* place of __kernel_vsyscall in the vDSO */
#define VDSO_SIGRETURN               0x411u      /* of __kernel_sigreturn */
#define VDSO_RT_SIGRETURN            0x41du      /* of __kernel_rt_sigreturn */

/* struct cpu: What each CPU has for itself. */
#define CPU_EMERGENCY_STACK_END      8556        /* end of emergency_stack */

/* I/O permission bitmap: SDM 1 19.5.2. */
#define IO_BITMAP_BYTES              8192        /* a bit for each of 65536 ports */

/* Work on the way out: process.work. */
#define WORK_SINGLE_STEP             2           /* EFLAGS.TF must be set again after SYSENTER */
#define WORK_FRAME                   8           /* every register must: it is another program */
#define WORK_SIGNAL                  16          /* a signal has arrived */
#define NO_SYSTEM_CALL               -1          /* orig_eax of what is none */

/* Limits: kernel.toml. */
#define CPU_COUNT                    1           /* CPUs at most */
#define SYSCALL_LIMIT                404         /* one more than the highest system call number */
#define GDT_ENTRIES                  32
#define INODE_BYTES_MAX              0x7ffff000u /* of a file */
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
#define NR_time                      13
#define NR_getpid                    20
#define NR_kill                      37
#define NR_dup                       41
#define NR_pipe                      42
#define NR_brk                       45
#define NR_dup2                      63
#define NR_getppid                   64
#define NR_gettimeofday              78
#define NR_munmap                    91
#define NR_ioperm                    101
#define NR_wait4                     114
#define NR_sigreturn                 119
#define NR_clone                     120
#define NR_mprotect                  125
#define NR_sched_yield               158
#define NR_nanosleep                 162
#define NR_mremap                    163
#define NR_rt_sigreturn              173
#define NR_mmap2                     192
#define NR_exit_group                252
#define NR_clock_gettime             265
#define NR_clock_gettime64           403

/* Auxiliary vector: Linux include/uapi/linux/auxvec.h. */
#define AT_SYSINFO                   32          /* address of __kernel_vsyscall */
#define AT_SYSINFO_EHDR              33          /* where the vDSO is, an ELF file */
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
#define EIO                          5           /* input or output error */
#define ENXIO                        6           /* no such device */
#define E2BIG                        7           /* too many arguments */
#define ENOEXEC                      8           /* not a program that can be run */
#define EBADF                        9           /* no such file descriptor */
#define ECHILD                       10          /* no such child */
#define EAGAIN                       11          /* not now */
#define ENOMEM                       12          /* no memory left */
#define EACCES                       13          /* permission denied */
#define EFAULT                       14          /* bad address */
#define EBUSY                        16          /* in use */
#define EEXIST                       17          /* there already */
#define ENODEV                       19          /* no such device */
#define ENOTDIR                      20          /* not a directory */
#define EISDIR                       21          /* a directory */
#define EINVAL                       22          /* bad argument */
#define EMFILE                       24          /* too many open files */
#define ENOTTY                       25          /* not a terminal */
#define ETXTBSY                      26          /* a program that runs */
#define EFBIG                        27          /* file too large */
#define ENOSPC                       28          /* no room left */
#define ESPIPE                       29          /* it has no places */
#define EPIPE                        32          /* nobody reads from the pipe */
#define ERANGE                       34          /* too large for the buffer */
#define ENAMETOOLONG                 36          /* name too long */
#define ENOSYS                       38          /* no such system call */
#define ENOTEMPTY                    39          /* directory not empty */
#define ELOOP                        40          /* too many symbolic links */
#define EOVERFLOW                    75          /* too large for its type */
#define EOPNOTSUPP                   95          /* cannot be done with this */
#define ETIMEDOUT                    110         /* the time is over */
#define ERESTARTSYS                  512         /* to be made again, if the program wants that */
#define ERESTARTNOHAND               514         /* the same, unless a handler runs */

/* Memory mappings: Linux asm-generic/mman-common.h. */
#define PROT_NONE                    0x0u        /* may not be used at all */
#define PROT_READ                    0x1u        /* may be read */
#define PROT_WRITE                   0x2u        /* may be written */
#define PROT_EXEC                    0x4u        /* may be executed: to i386 that is to read */
#define MAP_SHARED                   0x01u       /* writes reach the file */
#define MAP_SHARED_VALIDATE          0x03u       /* the same, and unknown flags are errors */
#define MAP_PRIVATE                  0x02u       /* writes are the process's own */
#define MAP_TYPE                     0x0fu
#define MAP_FIXED                    0x10u       /* exactly there */
#define MAP_ANONYMOUS                0x20u       /* no file: zeros */
#define MS_ASYNC                     1
#define MS_INVALIDATE                2
#define MS_SYNC                      4
#define MREMAP_MAYMOVE               1           /* elsewhere, if need be */
#define MADV_DONTNEED                4           /* the pages come again as they first were */

/* Open files: Linux asm-generic/fcntl.h, limits.h. */
#define O_RDONLY                     0x0u
#define O_WRONLY                     0x1u
#define O_RDWR                       0x2u
#define O_ACCMODE                    0x3u        /* those three */
#define O_CREAT                      0x40u       /* made if it is not there */
#define O_EXCL                       0x80u       /* it must not be there */
#define O_NOCTTY                     0x100u      /* it does not become the session's terminal */
#define O_TRUNC                      0x200u      /* emptied */
#define O_APPEND                     0x400u      /* every write goes to the end */
#define O_NONBLOCK                   0x800u      /* -EAGAIN instead of waiting */
#define O_DIRECTORY                  0x10000u    /* it must be one */
#define O_NOFOLLOW                   0x20000u    /* it must not be a symbolic link */
#define O_CLOEXEC                    0x80000u    /* closed by execve() */
#define AT_FDCWD                     -100        /* the working directory, not an open one */
#define AT_REMOVEDIR                 0x200u      /* unlinkat: a directory */
#define AT_SYMLINK_NOFOLLOW          0x100u      /* of the link itself */
#define AT_SYMLINK_FOLLOW            0x400u      /* linkat: of what a link points to */
#define AT_NO_AUTOMOUNT              0x800u
#define AT_EMPTY_PATH                0x1000u     /* of the open file */
#define SEEK_SET                     0           /* from the beginning */
#define SEEK_CUR                     1           /* from where it is */
#define SEEK_END                     2           /* from the end */
#define SEEK_DATA                    3           /* where data begins */
#define SEEK_HOLE                    4           /* where it ends */
#define F_DUPFD                      0
#define F_GETFD                      1
#define F_SETFD                      2
#define F_GETFL                      3
#define F_SETFL                      4
#define F_GETLK                      5
#define F_SETLK                      6
#define F_SETLKW                     7
#define F_GETLK64                    12
#define F_SETLK64                    13
#define F_SETLKW64                   14
#define F_DUPFD_CLOEXEC              1030
#define F_UNLCK                      2           /* nobody has a lock */
#define FD_CLOEXEC                   1
#define NAME_MAX                     255         /* bytes of a name */
#define TMPFS_MAGIC                  0x01021994u /* statfs: a file system in memory */
#define PATH_MAX                     4096        /* bytes of a path, with the 0 at its end */

/* Watched files: Linux asm-generic/poll.h, eventpoll.h, eventfd.h. */
#define POLLIN                       0x01u       /* there is something to read */
#define POLLOUT                      0x04u       /* there is room to write */
#define POLLERR                      0x08u       /* writing would fail */
#define POLLHUP                      0x10u       /* the other side is gone */
#define POLLNVAL                     0x20u       /* not open */
#define EPOLL_EVENTS                 0x0fffffffu /* what is waited for; above: how */
#define EPOLL_ONESHOT                0x40000000u /* told once, then not until asked for again */
#define EPOLL_ET                     0x80000000u /* each event is told once */
#define EPOLL_CTL_ADD                1
#define EPOLL_CTL_DEL                2
#define EPOLL_CTL_MOD                3
#define EFD_SEMAPHORE                1           /* a read takes one */

/* Modes and times of files: Linux include/uapi/linux/stat.h. */
#define S_IFMT                       0xf000u     /* what it is: of these */
#define S_IFIFO                      0x1000u
#define S_IFCHR                      0x2000u
#define S_IFDIR                      0x4000u
#define S_IFBLK                      0x6000u
#define S_IFREG                      0x8000u
#define S_IFLNK                      0xa000u
#define S_IFSOCK                     0xc000u
#define S_IALLUGO                    0xfffu      /* who may do what */
#define S_ISUID                      0x800u
#define S_ISGID                      0x400u
#define S_IXGRP                      0x8u
#define UTIME_NOW                    0x3fffffffu
#define UTIME_OMIT                   0x3ffffffeu

/* Devices: Linux Documentation/admin-guide/devices.txt. */
#define DEVICE_NULL                  0x0103u     /* 1, 3 */
#define DEVICE_ZERO                  0x0105u     /* 1, 5 */
#define DEVICE_FULL                  0x0107u     /* 1, 7 */
#define DEVICE_RANDOM                0x0108u     /* 1, 8 */
#define DEVICE_URANDOM               0x0109u     /* 1, 9 */
#define DEVICE_TTY                   0x0500u     /* 5, 0: the session's terminal */
#define DEVICE_CONSOLE               0x0501u     /* 5, 1 */
#define DEVICE_TTYS0                 0x0440u     /* 4, 64: the serial line */

/* Times: Linux include/uapi/linux/time.h. */
#define TIMER_ABSTIME                1           /* a moment, not a length of time */
#define ITIMER_REAL                  0           /* SIGALRM after a time */
#define ITIMER_VIRTUAL               1           /* SIGVTALRM, while the program runs */
#define ITIMER_PROF                  2           /* SIGPROF, and while the kernel does for it */

/* Processes: Linux include/uapi/linux/sched.h, wait.h. */
#define CLONE_VM                     0x00000100u /* the same address space */
#define CLONE_FILES                  0x00000400u /* the same table of open files */
#define CLONE_SIGHAND                0x00000800u /* the same signal handlers */
#define CLONE_VFORK                  0x00004000u /* the parent waits until its memory is free */
#define CLONE_THREAD                 0x00010000u /* a thread of the same process */
#define CLONE_SETTLS                 0x00080000u /* a TLS entry of its own */
#define CLONE_PARENT_SETTID          0x00100000u /* the parent finds its number */
#define CLONE_CHILD_CLEARTID         0x00200000u /* a word is cleared when it ends */
#define CLONE_CHILD_SETTID           0x01000000u /* it finds its own number */
#define CLONE_EXIT_SIGNAL            0x000000ffu /* tells the parent of its end */
#define PR_SET_NAME                  15          /* prctl: of a thread */
#define PR_GET_NAME                  16
#define WNOHANG                      1           /* wait4: do not wait */
#define WUNTRACED                    2           /* also for one that stops */
#define WCONTINUED                   8           /* also for one that goes on */
#define WNOTHREAD                    0x20000000u
#define WALL                         0x40000000u /* also for one that does not send SIGCHLD */
#define WCLONE                       0x80000000u /* only for such */

/* Resources: Linux include/uapi/linux/resource.h. */
#define RUSAGE_SELF                  0
#define RUSAGE_CHILDREN              -1
#define RUSAGE_THREAD                1
#define RLIMIT_STACK                 3
#define RLIMIT_CORE                  4
#define RLIMIT_NOFILE                7
#define RLIMIT_COUNT                 16

/* Thread-local storage: Linux arch/x86/include/asm/segment.h. */
#define TLS_FIRST                    6           /* GDT entries that are the thread's own */
#define TLS_ENTRIES                  3

/* Futexes: Linux include/uapi/linux/futex.h. */
#define FUTEX_WAIT                   0
#define FUTEX_WAKE                   1
#define FUTEX_REQUEUE                3
#define FUTEX_CMP_REQUEUE            4
#define FUTEX_WAIT_BITSET            9
#define FUTEX_WAKE_BITSET            10
#define FUTEX_CMD_MASK               0xfffffe7fu /* one of those; the bits that are not in it: */
#define FUTEX_CLOCK_REALTIME         256

/* The end of the machine: Linux include/uapi/linux/reboot.h. */
#define REBOOT_MAGIC1                0xfee1deadu
#define REBOOT_MAGIC2                0x28121969u
#define REBOOT_CAD_OFF               0x00000000u
#define REBOOT_CAD_ON                0x89abcdefu
#define REBOOT_RESTART               0x01234567u
#define REBOOT_HALT                  0xcdef0123u
#define REBOOT_POWER_OFF             0x4321fedcu

/* Signals: Linux arch/x86/include/uapi/asm/signal.h. */
#define SIG_DFL                      0
#define SIG_IGN                      1
#define SIG_BLOCK                    0
#define SIG_UNBLOCK                  1
#define SIG_SETMASK                  2
#define SA_NOCLDSTOP                 0x00000001u /* not when a child stops */
#define SA_NOCLDWAIT                 0x00000002u /* children leave nothing behind */
#define SA_SIGINFO                   0x00000004u /* the handler has three arguments */
#define SA_RESTORER                  0x04000000u /* what the handler returns to */
#define SA_ONSTACK                   0x08000000u /* on the stack of sigaltstack() */
#define SA_RESTART                   0x10000000u /* an interrupted call is made again */
#define SA_NODEFER                   0x40000000u /* may interrupt its own handler */
#define SA_RESETHAND                 0x80000000u /* once */
#define SS_ONSTACK                   1
#define SS_DISABLE                   2
#define MINSIGSTKSZ                  2048
#define SIGHUP                       1
#define SIGINT                       2
#define SIGQUIT                      3
#define SIGILL                       4
#define SIGTRAP                      5
#define SIGBUS                       7
#define SIGFPE                       8
#define SIGKILL                      9
#define SIGSEGV                      11
#define SIGPIPE                      13
#define SIGALRM                      14
#define SIGCHLD                      17
#define SIGCONT                      18
#define SIGSTOP                      19
#define SIGTSTP                      20
#define SIGTTIN                      21
#define SIGTTOU                      22
#define SIGURG                       23
#define SIGVTALRM                    26
#define SIGPROF                      27
#define SIGWINCH                     28
#define SIGSYS                       31
#define SIGRTMIN                     32          /* from here on signals queue */
#define SIGNAL_LIMIT                 65          /* one more than the highest */

/* Causes of signals: Linux asm-generic/siginfo.h. */
#define SI_USER                      0           /* by kill() */
#define SI_KERNEL                    0x80u
#define SI_TKILL                     -6          /* by tkill() */
#define SEGV_MAPERR                  1           /* nothing there */
#define SEGV_ACCERR                  2           /* not allowed */
#define FPE_INTDIV                   1
#define FPE_FLTDIV                   3
#define FPE_FLTOVF                   4
#define FPE_FLTUND                   5
#define FPE_FLTRES                   6
#define FPE_FLTINV                   7
#define ILL_ILLOPN                   2
#define ILL_BADSTK                   8
#define BUS_ADRALN                   1
#define BUS_ADRERR                   2           /* behind the end of a mapped file */
#define TRAP_TRACE                   2
#define CLD_EXITED                   1
#define CLD_KILLED                   2
#define CLD_STOPPED                  5
#define CLD_CONTINUED                6

/* Clocks: Linux include/uapi/linux/time.h. */
#define CLOCK_REALTIME               0           /* since 1970 */
#define CLOCK_MONOTONIC              1           /* since the start */
#define CLOCK_PROCESS_CPUTIME_ID     2           /* while the process had a CPU */
#define CLOCK_THREAD_CPUTIME_ID      3           /* the same of a thread */
#define CLOCK_MONOTONIC_RAW          4           /* the same, not corrected */
#define CLOCK_REALTIME_COARSE        5           /* if the last tick's time is good enough */
#define CLOCK_MONOTONIC_COARSE       6
#define CLOCK_BOOTTIME               7           /* with the time asleep */
#define CLOCK_TAI                    11          /* without leap seconds */

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
#define MULTIBOOT_INFO_CMDLINE       0x00000004u /* cmdline is valid */
#define MULTIBOOT_INFO_MODULES       0x00000008u /* mods_count and mods_addr are valid */
#define MULTIBOOT_INFO_MEM_MAP       0x00000040u /* mmap_addr and mmap_length are valid */

/* Outcome device: QEMU hw/misc/debugexit.c. */
#define OUTCOME_PORT                 0xf4u       /* QEMU's isa-debug-exit */
#define OUTCOME_FINISHED             0x10u       /* the suite ran to its end: see its KTAP lines */
#define OUTCOME_PANIC                0x11u       /* the kernel panicked and printed why */
#define OUTCOME_INIT                 0x13u       /* process 1 ended: the last line says how */
#define OUTCOME_OFF                  0x14u       /* a program switched the machine off */
