"""`qemu-system-i386 -kernel kernel.elf -initrd X`: what can be X, and how /init is started."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from builder.boot.emulator import BootImage, Machine, Qemu
from builder.errors import ToolError
from builder.linux.cpio import Directory, Entry, File, Node, Symlink, pack
from builder.model.outcomes import OFF, PANIC
from qemu_tests.kit.guests import run_to_end
from qemu_tests.kit.kernels import Lab
from qemu_tests.linux.build_programs import Compiler, build_bare
from qemu_tests.linux.tinygate import BARE

HERE = Path(__file__).parent
MIB = 1 << 20
FILE_MIB = 64
SESSION = (
    *("sid 0", "pgrp 0", "setsid 1", "TIOCGSERIAL 0", "line 0", "TIOCGSID 0", "its sid 1"),
    "sum 0 of 0",
)


@dataclass(frozen=True)
class Booter:
    """Boots an archive on the kernel of step `linux`."""

    lab: Lab
    folder: Path
    probe: bytes

    def archive(self, *entries: Entry) -> bytes:
        """The probe, and what it needs, before `entries`."""
        devices = (Directory("dev"), Node("dev/console", "char", 5, 1))
        return pack([*devices, File("probe", self.probe, 0o755), *entries])

    def boot(
        self,
        initrd: bytes,
        words: str = "",
        *,
        memory_mib: int = 32,
        cpus: int = 1,
        has_outcome_device: bool = True,
    ) -> tuple[int, list[str]]:
        """QEMU's status, and the lines that are no comments, without the banner."""
        path = self.folder / "initrd"
        path.write_bytes(initrd)
        kernel = self.lab.kernel(*BARE, f"cpu.count={cpus}")
        image = BootImage("kernel", kernel.elf, path, words)
        command = Qemu().command(Machine(memory_mib=memory_mib, cpus=cpus), image)
        if not has_outcome_device:
            at = command.index("-device")
            assert command[at + 1].startswith("isa-debug-exit,")
            del command[at : at + 2]
        run = run_to_end(command)
        assert run.status is not None, f"{run.text}{run.stopped_for}"
        return run.status, [line for line in run.text.splitlines() if not line.startswith("#")][1:]


@pytest.fixture
def booter(lab: Lab, tmp_path: Path) -> Booter:
    try:
        probe = build_bare(HERE / "init_probe.c", Compiler())
    except ToolError as error:
        pytest.skip(str(error))
    return Booter(lab, tmp_path, probe.read_bytes())


def test_init_is_in_no_session_and_can_begin_one(booter: Booter) -> None:
    status, lines = booter.boot(booter.archive(Symlink("init", "probe")))
    assert status == OFF.exit_status
    assert lines == ["[/init]", "{HOME=/}", "{TERM=linux}", *SESSION]


def test_qemu_ends_with_process_1_though_nobody_gave_it_the_outcome_device(booter: Booter) -> None:
    archive = booter.archive(Symlink("init", "probe"))
    status, lines = booter.boot(archive, has_outcome_device=False)
    assert (status, lines[-1]) == (0, SESSION[-1])
    hello = booter.lab.kernel("kernel.step=linux").tree / "user" / "bin" / "hello"
    archive = booter.archive(File("init", hello.read_bytes(), 0o755))
    status, lines = booter.boot(archive, has_outcome_device=False)
    assert (status, lines[-1]) == (0, "init exited: status 0")


def test_a_fifo_with_a_devices_number_is_a_fifo(booter: Booter) -> None:
    fifo = Node("dev/ttyS0", "fifo", 4, 64)
    status, lines = booter.boot(booter.archive(Symlink("init", "probe"), fifo))
    assert status == OFF.exit_status
    assert lines[-3:] == ["TIOCGSID -25", "its sid -1", "sum 0 of 0"]


@pytest.mark.parametrize(
    ("line", "arguments", "environment"),
    [
        ("-- one two", ["one", "two"], []),
        ("A=b quiet -- A=c -- -x", ["A=c", "--", "-x"], ["A=b"]),
        ('A="b c" "D=e f" -- "one two" a="b c" ""', ["one two", "a=b c", ""], ["A=b c", "D=e f"]),
        ("A=1 B=2 A=3 AB=4", [], ["A=3", "B=2", "AB=4"]),
        (" --  one   two ", ["one", "two"], []),
        ('-- a"b c"d "', ['a"b c"d', ""], []),
    ],
)
def test_the_command_line_is_read_as_linux_reads_it(
    booter: Booter, line: str, arguments: list[str], environment: list[str]
) -> None:
    _, lines = booter.boot(booter.archive(Symlink("init", "probe")), line)
    wanted = [f"[{word}]" for word in ("/init", *arguments)]
    variables = [f"{{{word}}}" for word in ("HOME=/", "TERM=linux", *environment)]
    assert lines == [*wanted, *variables, *SESSION]


def test_a_variable_of_the_kernels_own_can_be_another(booter: Booter) -> None:
    _, lines = booter.boot(booter.archive(Symlink("init", "probe")), "TERM=vt100 HOME=/root")
    assert lines == ["[/init]", "{HOME=/root}", "{TERM=vt100}", *SESSION]


def test_init_may_be_a_script_with_as_many_words_as_the_line_has(booter: Booter) -> None:
    words = [str(number) for number in range(32)]
    archive = booter.archive(File("init", b"#! /probe -x y\n", 0o755))
    status, lines = booter.boot(archive, f"-- {' '.join(words)}")
    started = [f"[{word}]" for word in ("/probe", "-x y", "/init", *words)]
    assert (status, lines) == (OFF.exit_status, [*started, "{HOME=/}", "{TERM=linux}", *SESSION])


ABSENT = "error 2: it is not there, or what its first line names is not"
FORBIDDEN = "error 13: it is no file, or not executable"
UNKNOWN = "error 8: it is neither a static program for the i386 nor a script"


@pytest.mark.parametrize(
    ("init", "reason"),
    [
        (Directory("else"), ABSENT),
        (Symlink("init", "nothing"), ABSENT),
        (File("init", b"#!/nothing\n", 0o755), ABSENT),
        (File("init", b"#!/probe\n"), FORBIDDEN),
        (Directory("init"), FORBIDDEN),
        (Node("init", "char", 1, 3, 0o755), FORBIDDEN),
        (File("init", b"", 0o755), UNKNOWN),
        (File("init", b"hello", 0o755), UNKNOWN),
        (Symlink("init", "init"), "error 40: symbolic links, or scripts, lead in a circle"),
    ],
)
def test_an_init_that_cannot_be_run_is_named_with_the_reason(
    booter: Booter, init: Entry, reason: str
) -> None:
    status, lines = booter.boot(booter.archive(init))
    assert (status, lines) == (PANIC.exit_status, [f"kernel panic: cannot run /init: {reason}"])


def assert_refused(booter: Booter, initrd: bytes, reason: str, memory_mib: int = 32) -> None:
    status, lines = booter.boot(initrd, memory_mib=memory_mib)
    assert (status, lines) == (PANIC.exit_status, [f"kernel panic: {reason}"])


def test_what_is_damaged_is_refused(booter: Booter) -> None:
    archive = booter.archive(File("init", bytes(9000), 0o755))
    packed = gzip.compress(archive, mtime=0)
    wrong = "initial RAM disk: gzip at byte 0: its checksum is wrong"
    assert_refused(booter, packed[:-8] + bytes(8), wrong)
    assert_refused(booter, packed[:-9], "initial RAM disk: gzip at byte 0: it is cut off")
    neither = "byte 0: there is neither an archive of cpio (newc) nor gzip"
    assert_refused(booter, b"\xfd7zXZ\0", f"initial RAM disk: {neither}")


def test_too_little_memory_is_told_before_and_while_unpacking(booter: Booter) -> None:
    archive = booter.archive(File("big", bytes(16 * MIB)))
    at = len(archive) - 16 * MIB - 240  # its header, and behind it that of the trailer
    reason = "its data cannot be written, error 28 (out of memory): big"
    packed = gzip.compress(archive, 1, mtime=0)
    assert_refused(
        booter, packed, f"initial RAM disk: gzip at byte 0, in it byte {at}: {reason}", 8
    )
    status, lines = booter.boot(archive, memory_mib=8)
    assert status == PANIC.exit_status
    assert lines[0].startswith("kernel panic: no memory for the boot loader's modules: ")
    assert lines[0].endswith(" KiB, the machine at 8064 KiB")


@pytest.mark.parametrize(("kind", "cpus"), [("plain", 4), ("gzip", 1)])
def test_256_mib_are_unpacked_in_little_more_memory(booter: Booter, kind: str, cpus: int) -> None:
    # A quarter that cannot be packed, and the rest repeated within the window of deflate: to unpack
    # other data takes long, and no more memory.
    chance = Random(1)
    block = chance.randbytes(MIB // 4) + chance.randbytes(16384) * (MIB * 3 // 4 // 16384)
    files = [File(str(n), bytes([n]) * MIB + block * (FILE_MIB - 1 - (n == 3))) for n in range(4)]
    archive = booter.archive(Symlink("init", "probe"), *files)
    assert 254 * MIB < len(archive) < 256 * MIB
    initrd = gzip.compress(archive, 1, mtime=0) if kind == "gzip" else archive
    status, lines = booter.boot(initrd, memory_mib=272, cpus=cpus)
    assert (status, lines[-1]) == (OFF.exit_status, f"sum {sum_of(files)} of 4")


def sum_of(files: list[File]) -> int:
    return sum(sum(memoryview(each.data).cast("I")) for each in files) % 2**32
