"""Numbers that C and NASM share; a rendered tree gets those that it uses, in two headers."""

from dataclasses import dataclass

from builder.model import host, memory, outcomes, traps
from builder.model.auxv import AUXV
from builder.model.features import FEATURES, SYSENTER_MIN_SIGNATURE
from builder.model.gdt import GDT_ENTRIES, GdtEntry
from builder.model.layout import Layout
from builder.model.syscall import Syscall

TIMER_HZ = 100  # as Linux's USER_HZ
TSS_IO_BITMAP_BYTES = 65536 // 8
COST_CALLS = 2000


@dataclass(frozen=True)
class Constant:
    """One name for one number, hexadecimal with at least `digits` digits; 0 means decimal."""

    name: str
    value: int
    comment: str = ""
    digits: int = 0

    @property
    def text(self) -> str:
        """The number as both languages write it."""
        return f"0x{self.value:0{self.digits}x}" if self.digits else str(self.value)

    @property
    def c_text(self) -> str:
        """The number as C writes it; hexadecimal ones are unsigned."""
        return f"{self.text}u" if self.digits else self.text


@dataclass(frozen=True)
class ConstantGroup:
    """Constants about one thing, with the place where that thing is defined."""

    title: str
    source: str
    constants: tuple[Constant, ...]


def _bits(prefix: str, rows: tuple[tuple[int, str, str], ...]) -> tuple[Constant, ...]:
    return tuple(Constant(f"{prefix}{name}", 1 << bit, comment, 8) for bit, name, comment in rows)


_EFLAGS = _bits(
    "EFLAGS_",
    (
        (0, "CF", "carry"),
        (1, "ALWAYS_1", "reserved, reads as 1"),
        (2, "PF", "parity"),
        (4, "AF", "carry out of the low four bits"),
        (6, "ZF", "zero"),
        (7, "SF", "sign"),
        (8, "TF", "trap: #DB after every instruction"),
        (9, "IF", "interrupts are let in"),
        (10, "DF", "string instructions run downwards"),
        (11, "OF", "overflow"),
        (14, "NT", "IRET means: return to the previous task"),
        (16, "RF", "no breakpoint on the next instruction"),
        (18, "AC", "alignment is checked in ring 3"),
        (21, "ID", "can be changed if there is CPUID"),
    ),
)
_ARITHMETIC = Constant("EFLAGS_ARITHMETIC", 0x8D5, "CF PF AF ZF SF OF: what C code may change", 8)
_CR0 = _bits(
    "CR0_",
    (
        (0, "PE", "protected mode"),
        (1, "MP", "WAIT obeys CR0.TS"),
        (2, "EM", "no x87: its instructions raise #NM"),
        (5, "NE", "x87 errors are #MF, not an interrupt"),
        (16, "WP", "read-only pages are so for the kernel too"),
        (18, "AM", "EFLAGS.AC is obeyed"),
        (29, "NW", "set by INIT: no write-back"),
        (30, "CD", "set by INIT: no cache"),
        (31, "PG", "paging"),
    ),
)
_CR4 = _bits(
    "CR4_",
    (
        (9, "OSFXSR", "FXSAVE saves SSE registers too"),
        (10, "OSXMMEXCPT", "SSE errors are #XM, else #UD"),
    ),
)
_PAGE = _bits(
    "PAGE_",
    (
        (0, "PRESENT", ""),
        (1, "WRITE", "else read-only, with CR0.WP for ring 0 too"),
        (2, "USER", "else for ring 0 only"),
        (4, "NO_CACHE", "for device registers"),
        (9, "SHARED", "ours to use: others have the frame too"),
    ),
)
_PAGE_FAULT = _bits(
    "PAGE_FAULT_",
    (
        (0, "PROTECTION", "page there, but not for this use; else absent"),
        (1, "WRITE", "it was written; else read or executed"),
        (2, "USER", "from ring 3"),
    ),
)
MSRS = (
    Constant("MSR_IA32_SYSENTER_CS", 0x174, "CS; SS and SYSEXIT's CS and SS follow from it", 3),
    Constant("MSR_IA32_SYSENTER_ESP", 0x175, "ESP at the first instruction", 3),
    Constant("MSR_IA32_SYSENTER_EIP", 0x176, "address of the first instruction", 3),
)
_WORK = (
    Constant("WORK_SEGMENTS", 1, "DS or ES must be loaded from the frame"),
    Constant("WORK_SINGLE_STEP", 2, "EFLAGS.TF must be set again after SYSENTER"),
    Constant("WORK_FLAGS", 4, "all of EFLAGS must be loaded from the frame"),
    Constant("WORK_FRAME", 8, "every register must: it is another program"),
    Constant("WORK_SIGNAL", 16, "a signal has arrived"),
    Constant("NO_SYSTEM_CALL", -1, "orig_eax of what is none"),
)
_ERRNO = (
    Constant("EPERM", 1, "not allowed"),
    Constant("ENOENT", 2, "no such file"),
    Constant("ESRCH", 3, "no such process"),
    Constant("EINTR", 4, "interrupted by a signal"),
    Constant("EIO", 5, "input or output error"),
    Constant("ENXIO", 6, "no such device"),
    Constant("E2BIG", 7, "too many arguments"),
    Constant("ENOEXEC", 8, "not a program that can be run"),
    Constant("EBADF", 9, "no such file descriptor"),
    Constant("ECHILD", 10, "no such child"),
    Constant("EAGAIN", 11, "not now"),
    Constant("ENOMEM", 12, "no memory left"),
    Constant("EACCES", 13, "permission denied"),
    Constant("EFAULT", 14, "bad address"),
    Constant("EBUSY", 16, "in use"),
    Constant("EEXIST", 17, "there already"),
    Constant("ENODEV", 19, "no such device"),
    Constant("ENOTDIR", 20, "not a directory"),
    Constant("EISDIR", 21, "a directory"),
    Constant("EINVAL", 22, "bad argument"),
    Constant("EMFILE", 24, "too many open files"),
    Constant("ENOTTY", 25, "not a terminal"),
    Constant("EFBIG", 27, "file too large"),
    Constant("ENOSPC", 28, "no room left"),
    Constant("ESPIPE", 29, "it has no places"),
    Constant("EPIPE", 32, "nobody reads from the pipe"),
    Constant("ERANGE", 34, "too large for the buffer"),
    Constant("ENAMETOOLONG", 36, "name too long"),
    Constant("ENOSYS", 38, "no such system call"),
    Constant("ENOTEMPTY", 39, "directory not empty"),
    Constant("ELOOP", 40, "too many symbolic links"),
    Constant("EOVERFLOW", 75, "too large for its type"),
    Constant("EOPNOTSUPP", 95, "cannot be done with this"),
    Constant("ETIMEDOUT", 110, "the time is over"),
    Constant("ERESTARTSYS", 512, "to be made again, if the program wants that"),
    Constant("ERESTARTNOHAND", 514, "the same, unless a handler runs"),
)
_MAPPING = (
    Constant("PROT_NONE", 0, "may not be used at all", 1),
    Constant("PROT_READ", 1, "may be read", 1),
    Constant("PROT_WRITE", 2, "may be written", 1),
    Constant("PROT_EXEC", 4, "may be executed: to i386 that is to read", 1),
    Constant("MAP_SHARED", 1, "writes reach the file", 2),
    Constant("MAP_SHARED_VALIDATE", 3, "the same, and unknown flags are errors", 2),
    Constant("MAP_PRIVATE", 2, "writes are the process's own", 2),
    Constant("MAP_TYPE", 0xF, "", 2),
    Constant("MAP_FIXED", 0x10, "exactly there", 2),
    Constant("MAP_ANONYMOUS", 0x20, "no file: zeros", 2),
    Constant("MS_ASYNC", 1),
    Constant("MS_INVALIDATE", 2),
    Constant("MS_SYNC", 4),
    Constant("MREMAP_MAYMOVE", 1, "elsewhere, if need be"),
    Constant("MADV_DONTNEED", 4, "the pages come again as they first were"),
)
_OPEN = (
    Constant("O_RDONLY", 0, "", 1),
    Constant("O_WRONLY", 1, "", 1),
    Constant("O_RDWR", 2, "", 1),
    Constant("O_ACCMODE", 3, "those three", 1),
    Constant("O_CREAT", 0x40, "made if it is not there", 1),
    Constant("O_EXCL", 0x80, "it must not be there", 1),
    Constant("O_NOCTTY", 0x100, "it does not become the session's terminal", 1),
    Constant("O_TRUNC", 0x200, "emptied", 1),
    Constant("O_APPEND", 0x400, "every write goes to the end", 1),
    Constant("O_NONBLOCK", 0x800, "-EAGAIN instead of waiting", 1),
    Constant("O_LARGEFILE", 0x8000, "", 1),
    Constant("O_DIRECTORY", 0x10000, "it must be one", 1),
    Constant("O_NOFOLLOW", 0x20000, "it must not be a symbolic link", 1),
    Constant("O_CLOEXEC", 0x80000, "closed by execve()", 1),
    Constant("AT_REMOVEDIR", 0x200, "unlinkat: a directory", 1),
    Constant("AT_SYMLINK_NOFOLLOW", 0x100, "of the link itself", 1),
    Constant("AT_SYMLINK_FOLLOW", 0x400, "linkat: of what a link points to", 1),
    Constant("AT_NO_AUTOMOUNT", 0x800, "", 1),
    Constant("AT_EMPTY_PATH", 0x1000, "of the open file", 1),
    Constant("SEEK_SET", 0, "from the beginning"),
    Constant("SEEK_CUR", 1, "from where it is"),
    Constant("SEEK_END", 2, "from the end"),
    Constant("SEEK_DATA", 3, "where data begins"),
    Constant("SEEK_HOLE", 4, "where it ends"),
    Constant("F_DUPFD", 0),
    Constant("F_GETFD", 1),
    Constant("F_SETFD", 2),
    Constant("F_GETFL", 3),
    Constant("F_SETFL", 4),
    Constant("F_GETLK", 5),
    Constant("F_SETLK", 6),
    Constant("F_SETLKW", 7),
    Constant("F_GETLK64", 12),
    Constant("F_SETLK64", 13),
    Constant("F_SETLKW64", 14),
    Constant("F_DUPFD_CLOEXEC", 1030),
    Constant("F_UNLCK", 2, "nobody has a lock"),
    Constant("FD_CLOEXEC", 1),
    Constant("POLLIN", 0x01, "there is something to read", 2),
    Constant("POLLOUT", 0x04, "there is room to write", 2),
    Constant("POLLERR", 0x08, "writing would fail", 2),
    Constant("POLLHUP", 0x10, "the other side is gone", 2),
    Constant("POLLNVAL", 0x20, "not open", 2),
    Constant("EPOLL_EVENTS", 0x0FFFFFFF, "what is waited for; above: how", 8),
    Constant("EPOLL_ONESHOT", 0x40000000, "told once, then not until asked for again", 8),
    Constant("EPOLL_ET", 0x80000000, "each event is told once", 8),
    Constant("EPOLL_CTL_ADD", 1),
    Constant("EPOLL_CTL_DEL", 2),
    Constant("EPOLL_CTL_MOD", 3),
    Constant("EFD_SEMAPHORE", 1, "a read takes one"),
    Constant("NAME_MAX", 255, "bytes of a name"),
    Constant("TMPFS_MAGIC", 0x01021994, "statfs: a file system in memory", 8),
    Constant("PATH_MAX", 4096, "bytes of a path, with the 0 at its end"),
    Constant("INODE_BYTES_MAX", 0x7FFFF000, "of a file", 8),
    Constant("OPEN_MAX", 256, "open files of a process"),
)
_MODE = (
    Constant("S_IFMT", 0o170000, "what it is: of these", 1),
    Constant("S_IFIFO", 0o010000, "", 1),
    Constant("S_IFCHR", 0o020000, "", 1),
    Constant("S_IFDIR", 0o040000, "", 1),
    Constant("S_IFBLK", 0o060000, "", 1),
    Constant("S_IFREG", 0o100000, "", 1),
    Constant("S_IFLNK", 0o120000, "", 1),
    Constant("S_IFSOCK", 0o140000, "", 1),
    Constant("S_IALLUGO", 0o7777, "who may do what", 1),
    Constant("S_ISUID", 0o4000, "", 1),
    Constant("S_ISGID", 0o2000, "", 1),
    Constant("S_IXGRP", 0o010, "", 1),
    Constant("DEVICE_NULL", 0x103, "1, 3", 4),
    Constant("DEVICE_ZERO", 0x105, "1, 5", 4),
    Constant("DEVICE_FULL", 0x107, "1, 7", 4),
    Constant("DEVICE_RANDOM", 0x108, "1, 8", 4),
    Constant("DEVICE_URANDOM", 0x109, "1, 9", 4),
    Constant("DEVICE_TTY", 0x500, "5, 0: the session's terminal", 4),
    Constant("DEVICE_CONSOLE", 0x501, "5, 1", 4),
    Constant("DEVICE_TTYS0", 0x440, "4, 64: the serial line", 4),
)
_CLONE = (
    Constant("CLONE_VM", 0x100, "the same address space", 8),
    Constant("CLONE_FILES", 0x400, "the same table of open files", 8),
    Constant("CLONE_SIGHAND", 0x800, "the same signal handlers", 8),
    Constant("CLONE_VFORK", 0x4000, "the parent waits until its memory is free", 8),
    Constant("CLONE_THREAD", 0x10000, "a thread of the same process", 8),
    Constant("CLONE_SETTLS", 0x80000, "a TLS entry of its own", 8),
    Constant("CLONE_PARENT_SETTID", 0x100000, "the parent finds its number", 8),
    Constant("CLONE_CHILD_CLEARTID", 0x200000, "a word is cleared when it ends", 8),
    Constant("CLONE_CHILD_SETTID", 0x1000000, "it finds its own number", 8),
    Constant("CLONE_EXIT_SIGNAL", 0xFF, "tells the parent of its end", 8),
    Constant("PR_SET_NAME", 15, "prctl: of a thread"),
    Constant("PR_GET_NAME", 16),
    Constant("SCHED_OTHER", 0),
    Constant("SCHED_FIFO", 1),
    Constant("SCHED_RR", 2),
    Constant("WNOHANG", 1, "wait4: do not wait"),
    Constant("WUNTRACED", 2, "also for one that stops"),
    Constant("WCONTINUED", 8, "also for one that goes on"),
    Constant("RUSAGE_SELF", 0),
    Constant("RUSAGE_CHILDREN", -1),
    Constant("RUSAGE_THREAD", 1),
    Constant("WNOTHREAD", 0x20000000, "", 8),
    Constant("WALL", 0x40000000, "also for one that does not send SIGCHLD", 8),
    Constant("WCLONE", 0x80000000, "only for such", 8),
    Constant("RLIMIT_STACK", 3),
    Constant("RLIMIT_CORE", 4),
    Constant("RLIMIT_NOFILE", 7),
    Constant("RLIMIT_COUNT", 16),
    Constant("TLS_FIRST", 6, "GDT entries that are the thread's own"),
    Constant("TLS_ENTRIES", 3),
    Constant("FUTEX_WAIT", 0),
    Constant("FUTEX_WAKE", 1),
    Constant("FUTEX_REQUEUE", 3),
    Constant("FUTEX_CMP_REQUEUE", 4),
    Constant("FUTEX_WAIT_BITSET", 9),
    Constant("FUTEX_WAKE_BITSET", 10),
    Constant("FUTEX_PRIVATE", 128, "no other process has the word"),
    Constant("FUTEX_CLOCK_REALTIME", 256),
    Constant("REBOOT_MAGIC1", 0xFEE1DEAD, "", 8),
    Constant("REBOOT_MAGIC2", 0x28121969, "", 8),
    Constant("REBOOT_CAD_OFF", 0, "", 8),
    Constant("REBOOT_CAD_ON", 0x89ABCDEF, "", 8),
    Constant("REBOOT_RESTART", 0x01234567, "", 8),
    Constant("REBOOT_HALT", 0xCDEF0123, "", 8),
    Constant("REBOOT_POWER_OFF", 0x4321FEDC, "", 8),
)
_TIME = (
    Constant("TIMER_ABSTIME", 1, "a moment, not a length of time"),
    Constant("ITIMER_REAL", 0),
    Constant("UTIME_NOW", 0x3FFFFFFF, "", 8),
    Constant("UTIME_OMIT", 0x3FFFFFFE, "", 8),
)
_SIGNALS = (
    Constant("SIG_DFL", 0),
    Constant("SIG_IGN", 1),
    Constant("SIG_BLOCK", 0),
    Constant("SIG_UNBLOCK", 1),
    Constant("SIG_SETMASK", 2),
    Constant("SA_NOCLDSTOP", 1, "not when a child stops", 8),
    Constant("SA_NOCLDWAIT", 2, "children leave nothing behind", 8),
    Constant("SA_SIGINFO", 4, "the handler has three arguments", 8),
    Constant("SA_RESTORER", 0x04000000, "what the handler returns to", 8),
    Constant("SA_ONSTACK", 0x08000000, "on the stack of sigaltstack()", 8),
    Constant("SA_RESTART", 0x10000000, "an interrupted call is made again", 8),
    Constant("SA_NODEFER", 0x40000000, "may interrupt its own handler", 8),
    Constant("SA_RESETHAND", 0x80000000, "once", 8),
    Constant("SS_ONSTACK", 1),
    Constant("SS_DISABLE", 2),
    Constant("MINSIGSTKSZ", 2048),
    Constant("SI_USER", 0, "by kill()"),
    Constant("SI_KERNEL", 0x80, "", 2),
    Constant("SI_TKILL", -6, "by tkill()"),
    Constant("SEGV_MAPERR", 1, "nothing there"),
    Constant("SEGV_ACCERR", 2, "not allowed"),
    Constant("FPE_INTDIV", 1),
    Constant("FPE_FLTDIV", 3),
    Constant("FPE_FLTOVF", 4),
    Constant("FPE_FLTUND", 5),
    Constant("FPE_FLTRES", 6),
    Constant("FPE_FLTINV", 7),
    Constant("ILL_ILLOPN", 2),
    Constant("ILL_BADSTK", 8),
    Constant("BUS_ADRALN", 1),
    Constant("BUS_ADRERR", 2, "behind the end of a mapped file"),
    Constant("TRAP_TRACE", 2),
    Constant("CLD_EXITED", 1),
    Constant("CLD_KILLED", 2),
    Constant("CLD_STOPPED", 5),
    Constant("CLD_CONTINUED", 6),
    Constant("SIGHUP", 1),
    Constant("SIGINT", 2),
    Constant("SIGQUIT", 3),
    Constant("SIGILL", 4),
    Constant("SIGTRAP", 5),
    Constant("SIGBUS", 7),
    Constant("SIGFPE", 8),
    Constant("SIGKILL", 9),
    Constant("SIGSEGV", 11),
    Constant("SIGPIPE", 13),
    Constant("SIGALRM", 14),
    Constant("SIGCHLD", 17),
    Constant("SIGCONT", 18),
    Constant("SIGSTOP", 19),
    Constant("SIGTSTP", 20),
    Constant("SIGTTIN", 21),
    Constant("SIGTTOU", 22),
    Constant("SIGURG", 23),
    Constant("SIGWINCH", 28),
    Constant("SIGSYS", 31),
    Constant("SIGRTMIN", 32, "from here on signals queue"),
    Constant("SIGNAL_LIMIT", 65, "one more than the highest"),
)
_SIGNAL_FRAMES = (
    Constant("SIGNAL_CONTEXT", 4, "after a handler's RET it lies at ESP + this"),
    Constant("RT_SIGNAL_CONTEXT", 160, "the same in the frame of rt_sigaction()"),
)
_CLOCKS = (
    Constant("CLOCK_REALTIME", 0, "since 1970"),
    Constant("CLOCK_MONOTONIC", 1, "since the start"),
    Constant("CLOCK_PROCESS_CPUTIME_ID", 2, "while the process had a CPU"),
    Constant("CLOCK_THREAD_CPUTIME_ID", 3, "the same of a thread"),
    Constant("CLOCK_MONOTONIC_RAW", 4, "the same, not corrected"),
    Constant("CLOCK_REALTIME_COARSE", 5, "if the last tick's time is good enough"),
    Constant("CLOCK_MONOTONIC_COARSE", 6),
    Constant("CLOCK_BOOTTIME", 7, "with the time asleep"),
    Constant("CLOCK_TAI", 11, "without leap seconds"),
)
_PIC_PIT = (
    Constant("PIC1_COMMAND", 0x20, "first interrupt controller", 2),
    Constant("PIC1_DATA", 0x21, "", 2),
    Constant("PIC2_COMMAND", 0xA0, "second, on line 2 of the first", 2),
    Constant("PIC2_DATA", 0xA1, "", 2),
    Constant("PIC_END_OF_INTERRUPT", 0x20, "", 2),
    Constant("PIT_CHANNEL_0", 0x40, "", 2),
    Constant("PIT_COMMAND", 0x43, "", 2),
    Constant("PIT_INPUT_HZ", 1193182, "the oscillator that it divides"),
    Constant("TIMER_HZ", TIMER_HZ, "timer interrupts a second"),
)
_HOST = (
    Constant("HOST_STREAM_BYTES", host.STREAM_BYTES, "of each stream on its way"),
    Constant("HOST_SIGNALS_WAITING", host.SIGNALS_WAITING, "from the host"),
    *(Constant(f"HOST_KIND_{name}", value, text) for name, value, text in host.KINDS),
    *(Constant(f"HOST_WATCH_{name}", value, text) for name, value, text in host.WATCHES),
    *(Constant(f"HOST_END_{name}", value, text) for name, value, text in host.ENDS),
    *(Constant(f"HOST_TRACE_{name}", value, text) for name, value, text in host.MOMENTS),
    Constant("PT_CS_SYSENTER", 0x10000, "in pt_regs.cs: not by int 0x80", 5),
)
_LOADER = (
    Constant("MULTIBOOT_HEADER_MAGIC", 0x1BADB002, "", 8),
    Constant("MULTIBOOT_HEADER_FLAGS", 0x00000003, "page-aligned modules, memory map", 8),
    Constant("MULTIBOOT_BOOTLOADER_MAGIC", 0x2BADB002, "in EAX, from the boot loader", 8),
    Constant("MULTIBOOT_INFO_MEMORY", 0x00000001, "mem_lower and mem_upper are valid", 8),
    Constant("MULTIBOOT_INFO_CMDLINE", 0x00000004, "cmdline is valid", 8),
    Constant("MULTIBOOT_INFO_MODULES", 0x00000008, "mods_count and mods_addr are valid", 8),
    Constant("MULTIBOOT_INFO_MEM_MAP", 0x00000040, "mmap_addr and mmap_length are valid", 8),
)


def _memory_constants(stack_bytes: int) -> tuple[Constant, ...]:
    return (
        Constant("PAGE_SIZE", memory.PAGE_SIZE, "bytes"),
        Constant("KERNEL_BASE", memory.KERNEL_BASE, "virtual address of physical address 0", 8),
        Constant("KERNEL_LOAD_ADDR", memory.KERNEL_LOAD_ADDR, "physical", 8),
        Constant(
            "DIRECT_MAP_BYTES",
            memory.DIRECT_MAP_BYTES,
            "physical memory that the kernel can reach",
            8,
        ),
        Constant("KERNEL_STACKS_BASE", memory.KERNEL_STACKS_BASE, "", 8),
        Constant(
            "KERNEL_STACK_SLOTS", memory.KERNEL_STACK_SLOTS, "each a guard page and a page of stack"
        ),
        Constant("KERNEL_STACK_SIZE", memory.PAGE_SIZE, "bytes; a stack is aligned to its size"),
        Constant("LOCAL_APIC_ADDR", memory.LOCAL_APIC_ADDR, "physical and virtual", 8),
        Constant(
            "SMP_TRAMPOLINE_ADDR", memory.SMP_TRAMPOLINE_ADDR, "physical: where other CPUs begin", 8
        ),
        Constant("USER_LOWEST_ADDR", memory.USER_LOWEST_ADDR, "", 8),
        Constant(
            "USER_IMAGE_END", memory.RANDOM_VSYSCALL_BASE, "segments of a program end below", 8
        ),
        Constant("USER_TOP", memory.KERNEL_BASE, "first address that no program may use", 8),
        Constant("USER_STACK_PAGES", memory.USER_STACK_PAGES, "pages below USER_TOP"),
        Constant(
            "USER_STACK_LOWEST", memory.KERNEL_BASE - stack_bytes, "no stack reaches below", 8
        ),
        Constant("USER_PIE_ADDR", memory.USER_PIE_ADDR, "programs that may lie anywhere", 8),
        Constant("MMAP_TOP", memory.RANDOM_VSYSCALL_BASE, "mmap() looks for room below", 8),
        Constant(
            "USER_STACK_LIMIT_BYTES", memory.USER_STACK_LIMIT_BYTES, "how far a stack may grow", 8
        ),
        Constant(
            "USER_PROGRAM_ADDR", memory.USER_PROGRAM_ADDR, "where the i386 ABI links programs", 8
        ),
        Constant(
            "VSYSCALL_ADDR", memory.FIXED_VSYSCALL_ADDR, "the vsyscall page, in every process", 8
        ),
        Constant("VDSO_STUB", memory.VDSO_STUB, "place of __kernel_vsyscall in the vDSO", 3),
        Constant("VDSO_SIGRETURN", memory.VDSO_SIGRETURN, "of __kernel_sigreturn", 3),
        Constant("VDSO_RT_SIGRETURN", memory.VDSO_RT_SIGRETURN, "of __kernel_rt_sigreturn", 3),
        Constant(
            "VSYSCALL_RANDOM_BASE",
            memory.RANDOM_VSYSCALL_BASE,
            "lowest place of the vsyscall page",
            8,
        ),
        Constant("VSYSCALL_RANDOM_PAGES", memory.RANDOM_VSYSCALL_PAGES, "places to choose from"),
    )


def _layout_constants(layout: Layout) -> tuple[Constant, ...]:
    offsets = tuple(
        Constant(
            f"{layout.prefix}_{placed.field.name.upper()}", placed.offset, placed.field.comment
        )
        for placed in layout.placed
    )
    ends = tuple(
        Constant(
            f"{layout.prefix}_{placed.field.name.upper()}_END",
            placed.offset + placed.field.size_bytes,
            f"end of {placed.field.name}",
        )
        for placed in layout.placed
    )
    return (*offsets, *ends, Constant(f"{layout.prefix}_SIZE", layout.size_bytes, "bytes in all"))


def constant_groups(
    gdt: tuple[GdtEntry, ...],
    layouts: tuple[Layout, ...],
    cpu_count: int,
    syscalls: tuple[Syscall, ...],
    max_strings: int,
    stack_bytes: int,
) -> tuple[ConstantGroup, ...]:
    """Every constant of a kernel, whether its tree uses it or not."""
    selectors = tuple(Constant(f"SEL_{e.name}", e.selector, e.comment, 2) for e in gdt)
    vectors = (
        *(Constant(f"VECTOR_{t.mnemonic}", t.vector, t.name) for t in traps.TRAPS if t.mnemonic),
        Constant("FIRST_IRQ_VECTOR", traps.FIRST_IRQ_VECTOR, "the PIC's lines begin here", 2),
        Constant("IRQ_TIMER", traps.TIMER_IRQ, "line of the timer"),
        Constant("IRQ_SERIAL", traps.SERIAL_IRQ, "line of the first serial port"),
        Constant("IRQ_HOST", traps.HOST_IRQ, "line of the second serial port"),
        Constant("IRQ_SPURIOUS", traps.SPURIOUS_IRQ, "line of a request that went away"),
        Constant("SYSCALL_VECTOR", traps.SYSCALL_VECTOR, "int 0x80", 2),
        Constant("WAKE_VECTOR", traps.WAKE_VECTOR, "from CPU to CPU: look for a process to run", 2),
        Constant("SPURIOUS_VECTOR", traps.SPURIOUS_VECTOR, "the local APIC had nothing to say", 2),
    )
    outcome = (
        Constant("OUTCOME_PORT", outcomes.OUTCOME_PORT, "QEMU's isa-debug-exit", 2),
        *(Constant(f"OUTCOME_{o.name}", o.code, o.meaning, 2) for o in outcomes.OUTCOMES),
    )
    features = tuple(
        Constant(f"CPUID_{f.name.upper()}", 1 << f.bit, f.comment, 8) for f in FEATURES
    )
    minimum = Constant("SYSENTER_MIN_SIGNATURE", SYSENTER_MIN_SIGNATURE, "of Intel's CPUs", 3)
    bitmap = Constant("IO_BITMAP_BYTES", TSS_IO_BITMAP_BYTES, "a bit for each of 65536 ports")
    auxv = tuple(Constant(entry.name, entry.number, entry.comment) for entry in AUXV)
    numbers = tuple(Constant(f"NR_{call.name}", call.number) for call in syscalls)
    # As long as they are no rows of SYSCALLS: the vDSO names them.
    numbers += tuple(
        Constant(f"NR_{name}", number)
        for number, name in ((119, "sigreturn"), (173, "rt_sigreturn"))
        if number not in {call.number for call in syscalls}
    )
    limits = (
        Constant("CPU_COUNT", cpu_count, "CPUs at most"),
        Constant(
            "SYSCALL_LIMIT",
            max(call.number for call in syscalls) + 1,
            "one more than the highest system call number",
        ),
        Constant("GDT_ENTRIES", GDT_ENTRIES, ""),
        Constant("MAX_STRINGS", max_strings, "arguments, and as many of the environment"),
        Constant("COST_CALLS", COST_CALLS, "in a round of user/cost.c"),
    )
    return (
        ConstantGroup("Segment selectors", "SDM 3A 3.4.2; see cpu/gdt.c", selectors),
        ConstantGroup("Interrupt vectors", "SDM 3A 6.2", vectors),
        ConstantGroup("EFLAGS", "SDM 1 3.4.3", (*_EFLAGS, _ARITHMETIC)),
        ConstantGroup("CR0", "SDM 3A 2.5", _CR0),
        ConstantGroup("CR4", "SDM 3A 2.5", _CR4),
        ConstantGroup("Page table entries", "SDM 3A 4.3", _PAGE),
        ConstantGroup("Error code of a page fault", "SDM 3A 4.7", _PAGE_FAULT),
        ConstantGroup("Model-specific registers", "SDM 4 2.1", MSRS),
        ConstantGroup("CPUID leaf 1, EDX", "SDM 2A CPUID", (*features, minimum)),
        ConstantGroup("Memory map", "see kernel/show.c", _memory_constants(stack_bytes)),
        *(
            ConstantGroup(f"struct {layout.c_name}", layout.comment, _layout_constants(layout))
            for layout in layouts
        ),
        ConstantGroup("I/O permission bitmap", "SDM 1 19.5.2", (bitmap,)),
        ConstantGroup("Work on the way out", "process.work", _WORK),
        ConstantGroup("Limits", "kernel.toml", limits),
        ConstantGroup("System calls", "Linux arch/x86/entry/syscalls/syscall_32.tbl", numbers),
        ConstantGroup("Auxiliary vector", "Linux include/uapi/linux/auxvec.h", auxv),
        ConstantGroup("errno", "Linux asm-generic/errno-base.h", _ERRNO),
        ConstantGroup("Memory mappings", "Linux asm-generic/mman-common.h", _MAPPING),
        ConstantGroup("Open files", "Linux asm-generic/fcntl.h, limits.h", _OPEN),
        ConstantGroup("Modes of files", "Linux include/uapi/linux/stat.h", _MODE),
        ConstantGroup("Times", "Linux include/uapi/linux/time.h", _TIME),
        ConstantGroup("Processes", "Linux include/uapi/linux/sched.h, wait.h", _CLONE),
        ConstantGroup("Signals", "Linux arch/x86/include/uapi/asm/signal.h", _SIGNALS),
        ConstantGroup("Signal frames", "Linux arch/x86/include/asm/sigframe.h", _SIGNAL_FRAMES),
        ConstantGroup("Clocks", "Linux include/uapi/linux/time.h", _CLOCKS),
        ConstantGroup("PIC and PIT", "Intel 8259A and 8254 data sheets", _PIC_PIT),
        ConstantGroup("Multiboot", "Multiboot specification 0.6.96", _LOADER),
        ConstantGroup("The host", "tinygate builder/model/host.py", _HOST),
        ConstantGroup("Outcome device", "QEMU hw/misc/debugexit.c", outcome),
    )
