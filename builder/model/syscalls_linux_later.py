"""The system calls of step `linux` that came last: those that well-known programs stop at."""

from builder.model.syscall import Syscall, args

_TIME64 = "T7: Go from 1.27 on, musl from 1.2 on"


def _call(
    number: int, name: str, arguments: str, comment: str, reason: str, *, by: str = ""
) -> Syscall:
    return Syscall(
        number, name, args(*filter(None, arguments.split(", "))), comment, reason, "linux", by=by
    )


_LATER_TIMES = (
    _call(
        404,
        "clock_settime64",
        "int id, const struct timespec *now",
        "set a clock, beyond 2038",
        "T7: date",
        by="clock_settime(id, now)",
    ),
    _call(
        406,
        "clock_getres_time64",
        "int id, struct timespec *resolution",
        "how finely a clock is told",
        _TIME64,
        by="clock_getres(id, resolution)",
    ),
    _call(
        407,
        "clock_nanosleep_time64",
        "int clock, int flags, const struct timespec *wanted, struct timespec *left",
        "sleep for a time, or until a moment",
        _TIME64,
        by="clock_nanosleep(clock, flags, wanted, left)",
    ),
    _call(
        412,
        "utimensat_time64",
        "int base_fd, const char *path, const struct timespec *times, int flags",
        "change a file's times",
        _TIME64,
        by="utimensat(base_fd, path, times, flags)",
    ),
    _call(
        413,
        "pselect6_time64",
        "uint32_t count, uint32_t *in, uint32_t *out, uint32_t *except,"
        " struct timespec *timeout, const uint32_t *mask_and_size",
        "wait for files, with another signal mask",
        _TIME64,
        by="pselect6(count, in, out, except, timeout, mask_and_size)",
    ),
    _call(
        414,
        "ppoll_time64",
        "struct pollfd *files, uint32_t count, struct timespec *timeout, const uint64_t *mask,"
        " uint32_t mask_size",
        "wait for files, with another signal mask",
        _TIME64,
        by="ppoll(files, count, timeout, mask, mask_size)",
    ),
    _call(
        421,
        "rt_sigtimedwait_time64",
        "const uint64_t *set, struct siginfo *to, const struct timespec *timeout, uint32_t size",
        "take a signal without a handler",
        _TIME64,
        by="rt_sigtimedwait(set, to, timeout, size)",
    ),
    _call(
        422,
        "futex_time64",
        "uint32_t address, int operation, uint32_t value, const struct timespec *timeout,"
        " uint32_t address2, uint32_t value3",
        "wait for a word to change",
        _TIME64,
        by="futex(address, operation, value, timeout, address2, value3)",
    ),
    _call(
        423,
        "sched_rr_get_interval_time64",
        "int32_t pid, struct timespec *to",
        "how long its turn is",
        _TIME64,
        by="sched_rr_get_interval(pid, to)",
    ),
)

_OTHERS = (
    _call(61, "chroot", "const char *path", 'where "/" leads', "T7: chroot, switch_root"),
    Syscall(
        136,
        "personality",
        args("uint32_t wanted"),
        "what it was; to others only remembered",
        "T7: setarch",
        "linux",
    ),
    _call(143, "flock", "int fd, int operation", "lock an open file", "T7: flock"),
    _call(
        150,
        "mlock",
        "uint32_t start, uint32_t size",
        "pages that stay: all do",
        "T7: gpg",
        by="mlock2(start, size, 0)",
    ),
    _call(
        151,
        "munlock",
        "uint32_t start, uint32_t size",
        "pages that need not stay",
        "T7: gpg",
        by="mlock2(start, size, 0)",
    ),
    _call(152, "mlockall", "uint32_t flags", "pages that stay: all do", "T7: chrony"),
    _call(153, "munlockall", "", "pages that need not stay", "T7: chrony", by="mlockall(1)"),
    _call(
        187,
        "sendfile",
        "int out_fd, int in_fd, int32_t *offset, uint32_t count",
        "from a file to another",
        "T7: libc++",
    ),
    _call(
        218,
        "mincore",
        "uint32_t start, uint32_t size, uint8_t *to",
        "which pages are there",
        "T7: Rust's standard library",
    ),
    _call(
        225,
        "readahead",
        "int fd, uint32_t low, uint32_t high, uint32_t size",
        "it is in memory",
        "T7: tac",
        by="fsync(fd)",
    ),
    _call(
        239,
        "sendfile64",
        "int out_fd, int in_fd, uint64_t *offset, uint32_t count",
        "from a file to another",
        "T7: libc++",
    ),
    _call(
        250,
        "fadvise64",
        "int fd, uint32_t low, uint32_t high, uint32_t size, int advice",
        "what a file is for",
        "T7: cat, sort",
        by="fadvise64_64(fd, low, high, 0, 0, advice)",
    ),
    _call(
        272,
        "fadvise64_64",
        "int fd, uint32_t low, uint32_t high, uint32_t size_low, uint32_t size_high, int advice",
        "what a file is for",
        "T7: cat, sort",
    ),
    _call(
        284,
        "waitid",
        "int kind, int32_t id, struct siginfo *to, int options, struct rusage *usage",
        "wait for a child",
        "T7: Go, Python",
    ),
    _call(
        311,
        "set_robust_list",
        "uint32_t head, uint32_t size",
        "the locks that it has",
        "T7: robust mutexes",
    ),
    _call(
        312,
        "get_robust_list",
        "int32_t pid, uint32_t *head, uint32_t *size",
        "the locks that it has",
        "T7: robust mutexes of musl",
    ),
    _call(
        318,
        "getcpu",
        "uint32_t *cpu, uint32_t *node, void *unused",
        "on which CPU it runs",
        "T7: jemalloc",
    ),
    _call(
        321,
        "signalfd",
        "int fd, const uint64_t *mask, uint32_t size",
        "signals from a file",
        "T7: catatonit",
        by="signalfd4(fd, mask, size, 0)",
    ),
    _call(
        322,
        "timerfd_create",
        "int clock, uint32_t flags",
        "a timer that is a file",
        "T7: systemd's libraries",
    ),
    _call(
        325,
        "timerfd_settime",
        "int fd, int flags, const struct timespec *new, struct timespec *old",
        "set it",
        "T7: systemd's libraries",
    ),
    _call(
        326,
        "timerfd_gettime",
        "int fd, struct timespec *to",
        "how long until it ends",
        "T7: systemd's libraries",
    ),
    _call(
        327,
        "signalfd4",
        "int fd, const uint64_t *mask, uint32_t size, uint32_t flags",
        "signals from a file",
        "T7: catatonit",
    ),
    _call(
        333,
        "preadv",
        "int fd, const struct iovec *vector, int count, uint32_t low, uint32_t high",
        "read pieces at a place",
        "T7: databases",
    ),
    _call(
        334,
        "pwritev",
        "int fd, const struct iovec *vector, int count, uint32_t low, uint32_t high",
        "write pieces at a place",
        "T7: databases",
    ),
    _call(344, "syncfs", "int fd", "all is in memory", "T7: sync", by="fsync(fd)"),
    _call(
        353,
        "renameat2",
        "int old_fd, const char *old_path, int new_fd, const char *new_path, uint32_t flags",
        "another name",
        "T7: mv",
    ),
    _call(
        356,
        "memfd_create",
        "const char *name, uint32_t flags",
        "a file without a name",
        "T7: runc, Wayland",
    ),
    _call(
        375,
        "membarrier",
        "int command, uint32_t flags, int cpu",
        "order memory accesses",
        "T7: liburcu",
    ),
    _call(
        376,
        "mlock2",
        "uint32_t start, uint32_t size, uint32_t flags",
        "pages that stay: all do",
        "T7: gpg",
    ),
    _call(
        377,
        "copy_file_range",
        "int in_fd, uint64_t *in_offset, int out_fd, uint64_t *out_offset, uint32_t count,"
        " uint32_t flags",
        "from a file to another",
        "T7: cp",
    ),
    _call(
        383,
        "statx",
        "int base_fd, const char *path, int flags, uint32_t mask, struct statx *to",
        "what is known of a file",
        "T7: Zig",
    ),
    _call(
        410,
        "timerfd_gettime64",
        "int fd, struct timespec *to",
        "how long until it ends",
        _TIME64,
        by="timerfd_gettime(fd, to)",
    ),
    _call(
        411,
        "timerfd_settime64",
        "int fd, int flags, const struct timespec *new, struct timespec *old",
        "set a timer",
        _TIME64,
        by="timerfd_settime(fd, flags, new, old)",
    ),
    _call(
        436,
        "close_range",
        "uint32_t first, uint32_t last, uint32_t flags",
        "close many files",
        "T7: sudo, Python",
    ),
    _call(
        439,
        "faccessat2",
        "int base_fd, const char *path, uint32_t mode, int flags",
        "may it be opened?",
        "T7: musl",
    ),
)

_TOKIO = "T7: tokio, for signals"
_SOCKETS = (
    _call(
        102,
        "socketcall",
        "int call, const uint32_t *from",
        "the calls of sockets, by one number",
        _TOKIO,
    ),
    _call(359, "socket", "int family, int type, int protocol", "there is no network", _TOKIO),
    _call(
        360, "socketpair", "int family, int type, int protocol, int *to", "two that talk", _TOKIO
    ),
    _call(
        369,
        "sendto",
        "int fd, const void *buffer, uint32_t size, uint32_t flags, const void *address,"
        " uint32_t address_size",
        "write to a socket",
        _TOKIO,
    ),
    _call(
        371,
        "recvfrom",
        "int fd, void *buffer, uint32_t size, uint32_t flags, void *address,"
        " uint32_t *address_size",
        "read from a socket",
        _TOKIO,
    ),
    _call(373, "shutdown", "int fd, uint32_t how", "no more to read, or to write", _TOKIO),
)

LATER_LINUX_SYSCALLS: tuple[Syscall, ...] = (*_LATER_TIMES, *_OTHERS, *_SOCKETS)
