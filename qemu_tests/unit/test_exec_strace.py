"""System calls in words, from records and memory that these tests make."""

from __future__ import annotations

import errno
import os
import signal

import pytest

from builder.config.step import STEPS
from builder.linux.exec import call_tables as tables
from builder.linux.exec.call_structures import quoted
from builder.linux.exec.guest_memory import GuestMemory
from builder.linux.exec.strace import Record, Tracer
from builder.model import host
from builder.model.syscalls import syscalls_for

MOMENT = host.numbers(host.MOMENTS)
DIRECTORY, TABLE, PAGE, OTHER = 0x1000, 0x2000, 0x3000, 0x5000
USER = 0x08048000
MAP2 = 192


@pytest.fixture
def memory() -> memoryview:
    """A machine in which a program has two pages, which lie apart."""
    made = memoryview(bytearray(0x6000))
    made[DIRECTORY + (USER >> 22) * 4 :][:4] = (TABLE | 7).to_bytes(4, "little")
    for number, frame in enumerate((PAGE, OTHER)):
        place = TABLE + ((USER >> 12 & 0x3FF) + number) * 4
        made[place : place + 4] = (frame | 7).to_bytes(4, "little")
    return made


def put(memory: memoryview, data: bytes, offset: int = 0) -> int:
    """Put bytes into the program's first page; their address there."""
    memory[PAGE + offset : PAGE + offset + len(data)] = data
    return USER + offset


def lines(
    memory: memoryview, number: int, *arguments: int, result: int = 0, by_sysenter: int = 1
) -> str:
    """The line of a call that comes back, without what it is padded with."""
    tracer = Tracer(memory)
    words = tuple(value & 0xFFFFFFFF for value in (*arguments, 0, 0, 0, 0, 0, 0)[:6])
    record = Record(MOMENT["CALL"], 1, DIRECTORY, by_sysenter, number, words, 0)
    text = tracer.told(record)
    text += tracer.told(record._replace(moment=MOMENT["RETURN"], result=result))
    return " ".join(text.split())


# ---- memory ----


def test_reading_across_pages(memory: memoryview) -> None:
    memory[PAGE + 4094 : PAGE + 4096] = b"ab"
    memory[OTHER : OTHER + 3] = b"cd\0"
    guest = GuestMemory(memory, DIRECTORY)
    assert guest.read(USER + 4094, 4) == b"abcd"
    assert guest.string(USER + 4094, 10) == (b"abcd", True)
    assert guest.string(USER + 4094, 3) == (b"abc", False)


@pytest.mark.parametrize("address", [0, USER - 1, USER + 0x2000, 0xFFFFFFFF])
def test_what_is_not_there_is_none(memory: memoryview, address: int) -> None:
    guest = GuestMemory(memory, DIRECTORY)
    assert guest.read(address, 2) is None
    assert guest.string(address, 2) is None or address == USER - 1
    assert guest.words(address, 2) is None


# ---- lines ----


def test_paths_flags_and_results(memory: memoryview) -> None:
    path = put(memory, b"/etc/x\0")
    assert lines(memory, 5, path, os.O_RDWR | 0x40 | 0x80000, 0o644, result=3) == (
        'sysenter open("/etc/x", O_RDWR|O_CREAT|O_CLOEXEC, 0644) = 3'
    )
    assert lines(memory, 5, path, 0, 0, result=-errno.ENOENT, by_sysenter=0) == (
        'int 0x80 open("/etc/x", O_RDONLY) = -1 ENOENT (No such file or directory)'
    )


def test_mappings(memory: memoryview) -> None:
    assert lines(memory, MAP2, 0, 8192, 3, 0x22, -1, 0, result=0x40000000 - (1 << 32)) == (
        "sysenter mmap2(0, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) "
        "= 0x40000000"
    )
    assert "MAP_PRIVATE|0x400000" in lines(memory, MAP2, 0, 1, 0, 0x400002, -1)
    assert "PROT_NONE" in lines(memory, MAP2, 0, 1, 0, 2, -1)


def test_buffers_before_and_after(memory: memoryview) -> None:
    buffer = put(memory, b"0123456789" * 5)
    assert lines(memory, 4, 1, buffer, 50, result=50).startswith(
        'sysenter write(1, "01234567890123456789012345678901"..., 50)'
    )
    assert lines(memory, 3, 0, buffer, 64, result=2) == 'sysenter read(0, "01", 64) = 2'
    assert lines(memory, 3, 0, buffer, 64, result=-errno.EINTR).startswith(
        f"sysenter read(0, {buffer:#x}, 64) = -1 EINTR"
    )


def test_buffers_of_several_pieces(memory: memoryview) -> None:
    data = put(memory, b"old text", 256)
    vector = put(memory, b"".join(x.to_bytes(4, "little") for x in (data, 8)))
    assert 'writev(1, [{iov_base="old text", iov_len=8}], 1)' in lines(memory, 146, 1, vector, 1)
    assert '[{iov_base="old", iov_len=8}, ' in lines(memory, 145, 0, vector, 2, result=3)
    assert f"readv(0, {vector:#x}, 1) = -1" in lines(memory, 145, 0, vector, 1, result=-errno.EIO)


def test_the_record_of_a_call_is_that_of_the_kernels_structure(memory: memoryview) -> None:
    tracer = Tracer(memory)
    words = [0, 1, DIRECTORY, 0, 3, 9, 0, 0, 0, 0, 0, 0]
    assert len(words) == host.size_of(host.TRACE_FIELDS) // 4
    assert tracer.heard([MOMENT["CALL"], *words[1:]]) == ""
    line = tracer.heard([MOMENT["RETURN"], *words[1:-1], -errno.EBADF & 0xFFFFFFFF])
    assert " ".join(line.split()).startswith("int 0x80 read(9, NULL, 0) = -1 EBADF")


def test_every_meaning_is_that_of_an_argument() -> None:
    arguments = {(call.name, a.name) for call in tables.calls().values() for a in call.arguments}
    arguments |= {("", name) for _, name in arguments}
    assert {*tables.MEANINGS, *tables.NOT_FILLED_IN} <= arguments
    assert not tables.UNKNOWN.keys() & tables.calls().keys()
    named = (tables.FILLED_IN, tables.NOTHING_AT_ZERO, tables.ADDRESSES_RETURNED)
    assert {*tables.NEVER_RETURN}.union(*named) <= {call.name for call in tables.calls().values()}


def test_a_path_that_comes_into_memory_with_the_call(memory: memoryview) -> None:
    entry = DIRECTORY + (USER >> 22) * 4
    before = bytes(memory[entry : entry + 4])
    path = put(memory, b"late\0")
    tracer = Tracer(memory)
    record = Record(MOMENT["CALL"], 1, DIRECTORY, 1, 10, (path, 0, 0, 0, 0, 0), 0)
    memory[entry : entry + 4] = bytes(4)
    assert tracer.told(record) == ""
    memory[entry : entry + 4] = before
    assert 'unlink("late")' in tracer.told(record._replace(moment=MOMENT["RETURN"]))


def test_arrays_of_strings(memory: memoryview) -> None:
    put(memory, b"one\0two\0", 256)
    array = put(memory, b"".join(x.to_bytes(4, "little") for x in (USER + 256, USER + 260, 0)))
    assert '["one", "two"], 0x8048000 /* 2 vars */)' in lines(memory, 11, USER + 256, array, array)


def test_signals_and_their_sets(memory: memoryview) -> None:
    assert "kill(7, SIGUSR1)" in lines(memory, 37, 7, signal.SIGUSR1)
    mask = put(memory, (1 << 1 | 1 << 32).to_bytes(8, "little"))
    assert "SIG_SETMASK, [INT RT_1], NULL" in lines(memory, 175, 2, mask, 0, 8)
    most = put(memory, (~(1 << 8) & (1 << 64) - 1).to_bytes(8, "little"))
    assert "~[KILL]" in lines(memory, 175, 2, most, 0, 8)
    old = put(memory, (0).to_bytes(8, "little"), 64)
    assert "NULL, []" in lines(memory, 175, 0, 0, old, 8)


def test_numbers_that_are_none(memory: memoryview) -> None:
    assert "AT_FDCWD" in lines(memory, 295, -100, put(memory, b"x\0"), 0)
    assert "TCGETS" in lines(memory, 54, 0, 0x5401, USER)
    assert "0x12345" in lines(memory, 54, 0, 0x12345, USER)
    assert "lseek(3, -1, SEEK_END)" in lines(memory, 19, 3, -1, 2)
    assert "clone(CLONE_VM|SIGCHLD" in lines(memory, 120, 0x100 | signal.SIGCHLD)


def test_structures(memory: memoryview) -> None:
    time = put(memory, (5).to_bytes(4, "little") + (7).to_bytes(4, "little"))
    assert "nanosleep({tv_sec=5, tv_nsec=7}, NULL)" in lines(memory, 162, time, 0)
    fds = put(memory, (3).to_bytes(4, "little") + (4).to_bytes(4, "little"))
    assert "pipe([3, 4]) = 0" in lines(memory, 42, fds)
    assert f"pipe({fds:#x}) = -1" in lines(memory, 42, fds, result=-errno.EMFILE)


def words(*values: int) -> bytes:
    return b"".join((value & 0xFFFFFFFF).to_bytes(4, "little") for value in values)


@pytest.mark.parametrize(
    ("number", "arguments", "text"),
    [
        (191, (3,), "ugetrlimit(RLIMIT_STACK, {rlim_cur=1, rlim_max=RLIM_INFINITY})"),
        (105, (0,), "{it_interval={tv_sec=1, tv_usec=-1}, it_value={tv_sec=5, tv_usec=6}}"),
        (403, (0,), "clock_gettime64(CLOCK_REALTIME, {tv_sec=-4294967295, tv_nsec=5})"),
    ],
)
def test_structures_that_are_filled_in(
    memory: memoryview, number: int, arguments: tuple[int, ...], text: str
) -> None:
    place = put(memory, words(1, -1, 5, 6))
    assert text in lines(memory, number, *arguments, place)


def test_arrays_of_structures(memory: memoryview) -> None:
    files = put(memory, words(0, 1, -1, 0x00040004))
    shown = "[{fd=0, events=POLLIN}, {fd=-1, events=POLLOUT, revents=POLLOUT}]"
    assert f"poll({shown}, 2, -1) = 1" in lines(memory, 168, files, 2, -1, result=1)
    text = put(memory, b"ab\n", 64)
    vector = put(memory, words(text, 2, text + 2, 1) * 5, 128)
    pair = r'{iov_base="ab", iov_len=2}, {iov_base="\n", iov_len=1}'
    assert f"writev(1, [{pair}], 2)" in lines(memory, 146, 1, vector, 2)
    assert f"writev(1, [{', '.join([pair] * 4)}, ...], 9)" in lines(memory, 146, 1, vector, 9)
    assert f"writev(1, {0x10:#x}, 2)" in lines(memory, 146, 1, 0x10, 2)


def test_calls_that_never_come_back(memory: memoryview) -> None:
    tracer = Tracer(memory)
    record = Record(MOMENT["CALL"], 1, DIRECTORY, 1, 252, (3, 0, 0, 0, 0, 0), 0)
    assert " ".join(tracer.told(record).split()) == "sysenter exit_group(3) = ?"
    assert tracer.end() == "calls: 1 by sysenter, 0 by int 0x80\n"


def test_calls_that_did_not_come_back_are_shown_at_the_end(memory: memoryview) -> None:
    tracer = Tracer(memory)
    tracer.told(Record(MOMENT["CALL"], 1, DIRECTORY, 0, 29, (0,) * 6, 0))
    assert [" ".join(line.split()) for line in tracer.end().splitlines()] == [
        "int 0x80 pause() = ?",
        "calls: 0 by sysenter, 1 by int 0x80",
    ]


@pytest.mark.parametrize(
    ("status", "text"), [(15, "killed by SIGTERM"), (5 << 8, "exited with 5"), (0, "exited with 0")]
)
def test_an_end_says_how_and_ends_the_call(memory: memoryview, status: int, text: str) -> None:
    tracer = Tracer(memory)
    tracer.told(Record(MOMENT["CALL"], 1, DIRECTORY, 0, 29, (0,) * 6, 0))
    ended = Record(MOMENT["END"], 1, DIRECTORY, 0, 0, (0,) * 6, status)
    assert " ".join(tracer.told(ended).split()) == f"int 0x80 pause() = ? +++ {text} +++"
    assert tracer.told(ended) == f"+++ {text} +++\n"
    assert tracer.end() == "calls: 0 by sysenter, 1 by int 0x80\n"


@pytest.mark.parametrize(
    ("number", "code", "text"),
    [
        (10, 0, "SIGUSR1, si_code=SI_USER, si_pid=7, si_uid=8"),
        (10, -6, "SIGUSR1, si_code=SI_TKILL, si_pid=7, si_uid=8"),
        (14, 0x80, "SIGALRM, si_code=SI_KERNEL"),
        (34, -1, "SIGRT_2, si_code=SI_QUEUE, si_pid=7, si_uid=8, si_int=9, si_ptr=0x9"),
        (11, 1, "SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x7"),
        (8, 1, "SIGFPE, si_code=FPE_INTDIV, si_addr=0x7"),
        (11, 0, "SIGSEGV, si_code=SI_USER, si_pid=7, si_uid=8"),
        (17, 1, "SIGCHLD, si_code=CLD_EXITED, si_pid=7, si_uid=8, si_status=9"),
        (17, 2, "SIGCHLD, si_code=CLD_KILLED, si_pid=7, si_uid=8, si_status=SIGKILL"),
    ],
)
def test_a_signal_says_where_it_comes_from(
    memory: memoryview, number: int, code: int, text: str
) -> None:
    record = Record(MOMENT["SIGNAL"], 1, DIRECTORY, 0, number, (7, 8, 9, 0, 0, 0), code)
    told = Tracer(memory).told(record)
    assert told == f"--- {tables.signal_name(number)} {{si_signo={text}}} ---\n"


def test_numbers_are_told_from_two_processes_on(memory: memoryview) -> None:
    tracer = Tracer(memory)
    for pid in (1, 2):
        record = Record(MOMENT["CALL"], pid, DIRECTORY, 1, 20, (0,) * 6, 0)
        tracer.told(record)
        text = tracer.told(record._replace(moment=MOMENT["RETURN"], result=pid))
    assert text.startswith("sysenter  [pid 2] getpid() ")


@pytest.mark.parametrize(
    ("number", "arguments", "text"),
    [
        (300, (1, 0, 2, 0), "fstatat64(1, NULL, 0x2, 0)"),
        (300, (1, 0, 2, 0x100), "fstatat64(1, NULL, 0x2, AT_SYMLINK_NOFOLLOW)"),
        (331, (0, 0), "pipe2(NULL, 0)"),
        (331, (0, 0x80000), "pipe2(NULL, O_CLOEXEC)"),
        (60, (0o22,), "umask(022)"),
        (37, (1, 32), "kill(1, SIGRTMIN)"),
        (36, (), "sync()"),
        (5, (0, 3), "open(NULL, 0x3)"),
        (
            192,
            (0, 1, 0, 0x23, -1),
            "mmap2(0, 1, PROT_NONE, MAP_SHARED_VALIDATE|MAP_ANONYMOUS, -1, 0)",
        ),
        (144, (USER, 1, 5), f"msync({USER:#x}, 1, MS_ASYNC|MS_SYNC)"),
        (19, (3, 0, -1), "lseek(3, 0, -1)"),
        (77, (-1, 0), "getrusage(RUSAGE_CHILDREN, NULL)"),
        (240, (USER, 128), f"futex({USER:#x}, FUTEX_WAIT|FUTEX_PRIVATE, 0, NULL)"),
        (255, (3, 1, 4, 0), "epoll_ctl(3, EPOLL_CTL_ADD, 4, NULL)"),
        (
            303,
            (-100, 0, -100, 0, 0x400),
            "linkat(AT_FDCWD, NULL, AT_FDCWD, NULL, AT_SYMLINK_FOLLOW)",
        ),
        (328, (0, 0x80001), "eventfd2(0, O_CLOEXEC|EFD_SEMAPHORE)"),
    ],
)
def test_names_of_flags_are_those_of_the_call(
    memory: memoryview, number: int, arguments: tuple[int, ...], text: str
) -> None:
    assert f" {text} " in lines(memory, number, *arguments)


def test_what_the_call_did_not_fill_in_is_not_shown(memory: memoryview) -> None:
    place = put(memory, b"\xff" * 8)
    assert f"wait4(-1, {place:#x}, WNOHANG, NULL)" in lines(memory, 114, 0xFFFFFFFF, place, 1, 0)
    assert f"nanosleep({{tv_sec=-1, tv_nsec=-1}}, {place:#x})" in lines(memory, 162, place, place)


def test_the_kernels_memory_is_not_shown(memory: memoryview) -> None:
    place = put(memory, b"secret")
    entry = TABLE + (USER >> 12 & 0x3FF) * 4
    memory[entry] = 3  # present, writable, and the kernel's
    assert f"write(1, {place:#x}, 6)" in lines(memory, 4, 1, place, 6)


def test_calls_that_there_are_not(memory: memoryview) -> None:
    text = f"= -1 ENOSYS ({os.strerror(errno.ENOSYS)})"
    assert lines(memory, 386, 1, 2, 3, 4, result=-38) == f"sysenter rseq(0x1, 0x2, 0x3, 0x4) {text}"
    assert lines(memory, 5000, 0, result=-38).startswith("sysenter syscall_0x1388(NULL, ")


def test_a_call_to_be_made_again(memory: memoryview) -> None:
    assert "= ? ERESTARTSYS (To be restarted" in lines(memory, 29, result=-512)


def test_every_call_of_the_kernel_has_words(memory: memoryview) -> None:
    calls = syscalls_for(STEPS)
    assert len(calls) > 100
    for call in calls:
        for value in (0, 1, USER, 0xFFFFFFFF):
            if call.name not in tables.NEVER_RETURN:
                assert f" {call.name}(" in lines(memory, call.number, *[value] * 6), call.name


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b'a"\\\n\t', r'"a\"\\\n\t"'),
        (b"\x00\xff\x01", r'"\0\377\1"'),
        (b"\x001", r'"\0001"'),
        (b"\x071\x08", r'"\0071\10"'),
        (b"abc", '"abc"'),
        (b"abcd", '"abc"...'),
    ],
)
def test_quoting(data: bytes, text: str) -> None:
    most = 3 if data.startswith(b"abc") else 32
    assert quoted(data, most, cut=False) == text


@pytest.mark.parametrize(
    ("call", "values", "count"),
    [
        ("open", {"flags": 0o100}, 0),
        ("openat", {"flags": 0o200000}, 1),
        ("openat", {"flags": 0o20200001}, 0),
        ("fcntl64", {"command": 3}, 1),
        ("fcntl64", {"command": 4}, 0),
        ("mremap", {"flags": 1}, 1),
        ("mremap", {"flags": 3}, 0),
        ("futex", {"operation": 1 | 128}, 3),
        ("futex_time64", {"operation": 0}, 2),
        ("futex", {"operation": 3}, 0),
        ("faccessat2", {"mode": 0, "flags": 0}, 0),
    ],
)
def test_arguments_that_mean_nothing_are_not_shown(
    call: str, values: dict[str, int], count: int
) -> None:
    assert tables.unused(call, values) == count
