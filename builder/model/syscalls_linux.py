"""The system calls that step `linux` adds to syscalls.py, each with the programs that need it.

The tiers are those of README.md: T1 hello and its like, T2 files, T3 processes and shells, T4
threads, T5 signals; `nullsys` is the benchmark.
"""

from builder.model.syscall import Syscall, args

_MODE = "uint32_t mode"
_PATH = "const char *path"
_SETS = ("uint32_t count", "uint32_t *in", "uint32_t *out", "uint32_t *except")


def _call(
    number: int, name: str, arguments: tuple[str, ...], comment: str, reason: str
) -> Syscall:
    return Syscall(number, name, args(*arguments), comment, reason, "linux")


def _own(number: int, name: str, arguments: tuple[str, ...], comment: str, reason: str) -> Syscall:
    return Syscall(number, name, args(*arguments), comment, reason, "linux", is_private=True)


LINUX_SYSCALLS: tuple[Syscall, ...] = (
    _call(5, "open", (_PATH, "uint32_t flags", _MODE), "open a file", "T2"),
    _call(8, "creat", (_PATH, _MODE), "make a file and open it", "T2: dietlibc"),
    _call(9, "link", ("const char *existing_path", _PATH), "one more name for a file", "T2: ln"),
    _call(10, "unlink", (_PATH,), "take a file's name away", "T2"),
    _call(12, "chdir", (_PATH,), "change the working directory", "T2"),
    _call(14, "mknod", (_PATH, _MODE, "uint32_t rdev"), "make a device or a file", "nullsys"),
    _call(15, "chmod", (_PATH, _MODE), "change who may do what", "T2: chmod"),
    _call(
        19,
        "lseek",
        ("int fd", "int32_t offset", "int whence"),
        "where the next access begins",
        "T2",
    ),
    _own(20, "getpid", (), "number of this process", "T1"),
    _call(27, "alarm", ("uint32_t seconds",), "SIGALRM after a time", "T5"),
    _call(29, "pause", (), "wait for a signal", "T3"),
    _call(33, "access", (_PATH, _MODE), "may it be opened?", "T2"),
    _call(37, "kill", ("int32_t pid", "int signal"), "send a signal", "T3"),
    _call(38, "rename", ("const char *old_path", "const char *new_path"), "another name", "T2"),
    _call(39, "mkdir", (_PATH, _MODE), "make a directory", "T2"),
    _call(40, "rmdir", (_PATH,), "remove a directory", "T2"),
    _call(
        54,
        "ioctl",
        ("int fd", "uint32_t request", "void *argument"),
        "what only a terminal can do",
        "T2: TCGETS",
    ),
    _call(55, "fcntl", ("int fd", "int command", "uint32_t argument"), "about open files", "T2"),
    _call(57, "setpgid", ("int32_t pid", "int32_t pgid"), "join or make a process group", "T3: job control"),
    _own(60, "umask", ("uint32_t mask",), "mode bits that new files do not get", "T3: sh"),
    _call(65, "getpgrp", (), "number of the process group", "T3: job control"),
    _call(66, "setsid", (), "a session of its own", "T3: setsid, login shells"),
    _call(
        67,
        "sigaction",
        ("int signal", "const struct old_sigaction *new", "struct old_sigaction *old"),
        "what a signal does",
        "T3: dietlibc",
    ),
    _call(
        72,
        "sigsuspend",
        ("uint32_t unused1", "uint32_t unused2", "uint32_t mask"),
        "wait for a signal with another mask",
        "T5: dietlibc",
    ),
    _call(73, "sigpending", ("uint32_t *to",), "signals that wait", "T5: dietlibc"),
    _call(83, "symlink", ("const char *target", _PATH), "a name for a path", "T2: ln -s"),
    _call(
        85, "readlink", (_PATH, "char *buffer", "size_t size"), "what that path is", "T2: ls -l"
    ),
    _call(
        88,
        "reboot",
        ("uint32_t magic1", "uint32_t magic2", "uint32_t command"),
        "switch the machine off",
        "nullsys, poweroff",
    ),
    _call(93, "ftruncate", ("int fd", "int32_t size"), "change a file's length", "T2"),
    _call(94, "fchmod", ("int fd", _MODE), "chmod of an open file", "T2: tar"),
    _call(
        104,
        "setitimer",
        ("int which", "const struct itimerval *new", "struct itimerval *old"),
        "SIGALRM after a time, again and again",
        "T4",
    ),
    _call(106, "stat", (_PATH, "struct stat *to"), "what is known of a file", "T2: dietlibc"),
    _call(107, "lstat", (_PATH, "struct stat *to"), "of a link itself", "T2: dietlibc"),
    _call(108, "fstat", ("int fd", "struct stat *to"), "of an open file", "T2: dietlibc"),
    _call(118, "fsync", ("int fd",), "all is in memory", "T3: SQLite"),
    _call(119, "sigreturn", (), "back from a handler", "T3"),
    _call(
        120,
        "clone",
        (
            "uint32_t flags",
            "uint32_t stack",
            "uint32_t parent_tid_addr",
            "struct user_desc *tls",
            "uint32_t child_tid_addr",
        ),
        "a thread, or a process",
        "T3: glibc's fork",
    ),
    _own(122, "uname", ("struct utsname *to",), "which system this is", "T3"),
    _call(
        126,
        "sigprocmask",
        ("int how", "const uint32_t *new", "uint32_t *old"),
        "signals that have to wait",
        "T5: dietlibc",
    ),
    _call(132, "getpgid", ("int32_t pid",), "process group of a process", "T3: job control"),
    _call(133, "fchdir", ("int fd",), "chdir to an open directory", "T2: find"),
    _call(
        140,
        "_llseek",
        ("int fd", "uint32_t high", "uint32_t low", "uint64_t *result", "int whence"),
        "lseek in a long file",
        "T2",
    ),
    _call(
        141,
        "getdents",
        ("int fd", "void *buffer", "uint32_t size"),
        "names in a directory",
        "T2: dietlibc",
    ),
    _call(142, "_newselect", (*_SETS, "const struct timeval *timeout"), "wait for files", "T3"),
    _call(
        145,
        "readv",
        ("int fd", "const struct iovec *vector", "int count"),
        "read into pieces",
        "T2: musl",
    ),
    _call(
        146,
        "writev",
        ("int fd", "const struct iovec *vector", "int count"),
        "write from pieces",
        "T1: musl",
    ),
    _call(147, "getsid", ("int32_t pid",), "session of a process", "T3: job control"),
    _call(148, "fdatasync", ("int fd",), "all is in memory", "T3: SQLite"),
    _call(
        168,
        "poll",
        ("struct pollfd *files", "uint32_t count", "int timeout_ms"),
        "wait for files",
        "T3: sh",
    ),
    _call(173, "rt_sigreturn", (), "back from a handler", "T3"),
    _call(
        174,
        "rt_sigaction",
        (
            "int signal",
            "const struct sigaction *new",
            "struct sigaction *old",
            "uint32_t mask_size",
        ),
        "what a signal does",
        "T3",
    ),
    _call(
        175,
        "rt_sigprocmask",
        ("int how", "const uint64_t *new", "uint64_t *old", "uint32_t mask_size"),
        "signals that have to wait",
        "T3",
    ),
    _call(
        176,
        "rt_sigpending",
        ("uint64_t *to", "uint32_t mask_size"),
        "signals that wait",
        "T5",
    ),
    _call(
        179,
        "rt_sigsuspend",
        ("const uint64_t *mask", "uint32_t mask_size"),
        "wait for a signal with another mask",
        "T3",
    ),
    _call(
        180,
        "pread64",
        ("int fd", "void *buffer", "size_t size", "uint32_t low", "uint32_t high"),
        "read at a place",
        "T3: SQLite",
    ),
    _call(
        181,
        "pwrite64",
        ("int fd", "const void *buffer", "size_t size", "uint32_t low", "uint32_t high"),
        "write at a place",
        "T3: SQLite",
    ),
    _call(183, "getcwd", ("char *buffer", "size_t size"), "path of the working directory", "T3"),
    _call(
        186,
        "sigaltstack",
        ("const struct stack *new", "struct stack *old"),
        "another stack for handlers",
        "T5",
    ),
    _call(
        194,
        "ftruncate64",
        ("int fd", "uint32_t low", "uint32_t high"),
        "change a file's length",
        "T2",
    ),
    _call(195, "stat64", (_PATH, "struct stat64 *to"), "what is known of a file", "T2"),
    _call(196, "lstat64", (_PATH, "struct stat64 *to"), "of a link itself", "T2"),
    _call(197, "fstat64", ("int fd", "struct stat64 *to"), "of an open file", "T2"),
    _own(199, "getuid32", (), "everybody is root", "T2"),
    _own(200, "getgid32", (), "everybody is root", "T3: sh"),
    _own(201, "geteuid32", (), "everybody is root", "T3: sh"),
    _own(202, "getegid32", (), "everybody is root", "T3: sh"),
    _call(
        220,
        "getdents64",
        ("int fd", "void *buffer", "uint32_t size"),
        "names in a directory",
        "T2",
    ),
    _call(
        221, "fcntl64", ("int fd", "int command", "uint32_t argument"), "about open files", "T2"
    ),
    _own(224, "gettid", (), "number of this thread", "T3"),
    _call(238, "tkill", ("int32_t tid", "int signal"), "send a signal to a thread", "T3: raise()"),
    _call(
        240,
        "futex",
        (
            "uint32_t address",
            "int operation",
            "uint32_t value",
            "const struct timespec *timeout",
            "uint32_t address2",
            "uint32_t value3",
        ),
        "wait for a word to change",
        "T4",
    ),
    _call(243, "set_thread_area", ("struct user_desc *user",), "set a TLS entry", "T1"),
    _call(244, "get_thread_area", ("struct user_desc *user",), "what a TLS entry says", "T4"),
    _own(258, "set_tid_address", ("uint32_t address",), "a word to clear at the end", "T4"),
    _call(
        267,
        "clock_nanosleep",
        (
            "int clock",
            "int flags",
            "const struct timespec *wanted",
            "struct timespec *left",
        ),
        "sleep for a time, or until a moment",
        "T3",
    ),
    _call(
        270,
        "tgkill",
        ("int32_t tgid", "int32_t tid", "int signal"),
        "send a signal to a thread",
        "T3: abort()",
    ),
    _call(
        295,
        "openat",
        ("int base_fd", _PATH, "uint32_t flags", _MODE),
        "open a file, seen from a directory",
        "T2: glibc",
    ),
    _call(296, "mkdirat", ("int base_fd", _PATH, _MODE), "make a directory", "T2: tar"),
    _call(
        300,
        "fstatat64",
        ("int base_fd", _PATH, "struct stat64 *to", "int flags"),
        "what is known of a file",
        "T2: glibc",
    ),
    _call(301, "unlinkat", ("int base_fd", _PATH, "int flags"), "take a name away", "T2: rm -r"),
    _call(
        302,
        "renameat",
        ("int old_fd", "const char *old_path", "int new_fd", "const char *new_path"),
        "another name",
        "T2: mv",
    ),
    _call(
        308,
        "pselect6",
        (*_SETS, "const struct timespec *timeout", "const uint32_t *mask_and_size"),
        "wait for files, with another signal mask",
        "T3: bash",
    ),
    _call(
        330,
        "dup3",
        ("int fd", "int wanted", "uint32_t flags"),
        "one more number for an open file",
        "T3",
    ),
    _call(331, "pipe2", ("int *fds", "uint32_t flags"), "a pipe", "T3"),
)
